#include "tests/unit/transfer/world.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "node/base/check.h"
#include "node/base/digest.h"
#include "node/wire/bt/sha256.h"

namespace freshet::test {
namespace {

constexpr std::uint32_t kBuffer = 512 * 1024;

NodeKey key_of(std::uint32_t number) {
  NodeKey key;
  // Not in the order of the numbers, so that who is lower is no matter of who came first.
  store_be(static_cast<std::uint32_t>(number * 2654435761U), key.bytes.data());
  store_be(number, key.bytes.data() + 4);
  return key;
}

Duration transfer_time(std::uint64_t bytes, std::uint64_t rate) {
  if (rate == 0) return Duration{};
  return Duration(static_cast<std::int64_t>(bytes * 1'000'000'000 / rate));
}

}  // namespace

Thing Thing::make(std::uint64_t size, std::uint64_t seed) {
  Thing thing;
  thing.shape = Shape::of(size);
  for (std::uint32_t i = 0; i < thing.shape.block_count; ++i) {
    std::array<Byte, 16> name{};
    store_be(seed, name.data());
    store_be(std::uint64_t{i}, name.data() + 8);
    thing.leaves.push_back(wire::bt::sha256(name));
  }
  const std::uint32_t width = thing.shape.blocks_per_piece();
  for (std::size_t at = 0; at < thing.leaves.size(); at += width) {
    const auto end = std::min(thing.leaves.size(), at + width);
    thing.piece_layer.push_back(
        wire::bt::fold({thing.leaves.begin() + static_cast<std::ptrdiff_t>(at),
                        thing.leaves.begin() + static_cast<std::ptrdiff_t>(end)},
                       0,
                       thing.shape.piece_layer()));
  }
  const Sha256 root = thing.piece_layer.empty()
                          ? wire::bt::sha256({})
                          : wire::bt::fold(thing.piece_layer,
                                           thing.shape.piece_layer(),
                                           thing.shape.height() - thing.shape.piece_layer());
  thing.id = ContentId::from(root.view());
  return thing;
}

Peer::Peer(World& in_world, std::uint32_t number, const Config& peer_config)
    : world(in_world),
      key(key_of(number)),
      config(peer_config),
      engine(config, counters, key, Rng::from_seed(in_world.seed()).fork(number)) {}

void Peer::give(const Thing& thing) {
  give(thing, PieceSet::full(thing.shape.piece_count));
}

void Peer::give(const Thing& thing, const PieceSet& have) {
  files[thing.id] = {.thing = &thing, .have = have};
}

Peer& World::add(const Config& config) {
  const auto number = static_cast<std::uint32_t>(peers.size() + 1);
  peers.push_back(std::make_unique<Peer>(*this, number, config));
  return *peers.back();
}

Source World::source_of(const Peer& peer, const Thing& thing) const {
  const auto port = static_cast<std::uint16_t>(1000 + peer.key.bytes[7]);
  return {.key = peer.key,
          .endpoints = {Endpoint::v4({10, 0, 0, 1}, port)},
          .size_claim = thing.shape.size};
}

void World::fetch(Peer& peer, const Thing& thing, const std::vector<Peer*>& sources) {
  StartFetch start{.content = thing.id, .size_claim = {}, .sources = {}, .resumed_size = {}};
  for (const Peer* source : sources) start.sources.push_back(source_of(*source, thing));
  if (peer.files.contains(thing.id)) {
    start.resumed_size = thing.shape.size;
  } else {
    peer.files[thing.id] = {.thing = &thing, .have = PieceSet(thing.shape.piece_count)};
  }
  tell(peer, start);
}

void World::tell(Peer& peer, const Input& input) {
  deliver(peer, input);
}

void World::at(Duration delay, std::function<void()> action) {
  events_.emplace(std::pair(now_ + delay, ++order_), std::move(action));
}

void World::kill(Peer& peer, Duration after) {
  peer.alive = false;
  for (auto& [link, end] : ends_) {
    if (end.peer != &peer || !end.up) continue;
    end.up = false;
    at(after, [this, other = end.other] { down(other); });
  }
}

Duration World::run(Duration until) {
  const TimePoint end = TimePoint{} + until;
  while (!events_.empty() && events_.begin()->first.first <= end) {
    auto event = events_.extract(events_.begin());
    now_ = event.key().first;
    event.mapped()();
  }
  return now_.time_since_epoch();
}

bool World::run_until_done(Peer& peer, const Thing& thing, Duration until) {
  const TimePoint end = TimePoint{} + until;
  while (!peer.done.contains(thing.id) && !events_.empty() && events_.begin()->first.first <= end) {
    run(events_.begin()->first.first.time_since_epoch());
  }
  return peer.done.contains(thing.id);
}

std::uint64_t World::digest() const {
  Digest digest;
  for (const auto& peer : peers) {
    digest.add(peer->engine.digest());
    for (const CounterName& counter : kCounterNames) digest.add(peer->counters.*counter.field);
  }
  digest.add(static_cast<std::uint64_t>(now_.time_since_epoch().count()));
  return digest.value();
}

void World::deliver(Peer& peer, const Input& input) {
  if (!peer.alive) return;
  std::vector<Effect> effects;
  peer.engine.handle(input, now_, effects);
  std::optional<bool> parked;
  if (std::holds_alternative<BlockArrived>(input)) parked = good_in_;
  for (Effect& effect : effects) perform(peer, effect, parked);
  arm(peer);
}

void World::arm(Peer& peer) {
  const auto deadline = peer.engine.next_deadline();
  if (!deadline || *deadline >= peer.armed_) return;
  peer.armed_ = *deadline;
  const TimePoint due = std::max(*deadline, now_);
  events_.emplace(std::pair(due, ++order_), [this, &peer, when = peer.armed_] {
    if (peer.armed_ != when) return;
    peer.armed_ = TimePoint::max();
    deliver(peer, DeadlinePassed{});
  });
}

void World::dial(Peer& peer, const Dial& dial) {
  REQUIRE_FALSE(dial.endpoints.empty());
  const bool is_silent = is_cut(peer.key, dial.expected)
                         || std::any_of(peers.begin(), peers.end(), [&](const auto& each) {
                              return each->key == dial.expected && each->filtered;
                            });
  if (is_silent) {
    at(dial_timeout, [this, &peer, id = dial.dial] { deliver(peer, DialFailed{id}); });
    return;
  }
  // TCP and TLS 1.3: two round trips; the dialler may send one half earlier than the other side
  // knows.
  at(4 * latency, [this, &peer, dial] { connect(peer, dial.dial, dial.expected, false); });
}

void World::dial_through(Peer& peer, const DialThrough& dial) {
  if (!has_thirds) {
    at(4 * latency, [this, &peer, id = dial.dial] { deliver(peer, DialFailed{id}); });
    return;
  }
  at(12 * latency, [this, &peer, dial] { connect(peer, dial.dial, dial.expected, true); });
}

void World::push(Peer& peer, const AskPush& ask) {
  ++peer.pushes;
  if (!has_pushes) return;
  at(4 * latency, [this, origin = peer.key, ask] {
    for (const auto& each : peers) {
      if (each->key != ask.target) continue;
      deliver(*each,
              Pushed{.origin = origin,
                     .endpoints = {Endpoint::v4({192, 0, 2, 1}, 7346)},
                     .content = ask.content});
    }
  });
}

void World::connect(Peer& peer, DialId dial, const NodeKey& expected, bool relayed) {
  Peer* other = nullptr;
  for (const auto& candidate : peers) {
    if (candidate->key == expected && candidate->alive) other = candidate.get();
  }
  if (other == nullptr || !peer.alive) {
    deliver(peer, DialFailed{dial});
    return;
  }
  const LinkId ours{++links_};
  const LinkId theirs{++links_};
  ends_[ours] = {.peer = &peer, .other = theirs, .splitter = {}, .relayed = relayed};
  ends_[theirs] = {.peer = other, .other = ours, .splitter = {}, .relayed = relayed};
  at(Duration{}, [this, other, theirs, key = peer.key, relayed] {
    deliver(*other,
            LinkUp{.link = theirs,
                   .peer = key,
                   .direction = Direction::in,
                   .dial = {},
                   .room_bytes = kBuffer,
                   .relayed = relayed});
  });
  deliver(peer,
          LinkUp{.link = ours,
                 .peer = other->key,
                 .direction = Direction::out,
                 .dial = dial,
                 .room_bytes = kBuffer,
                 .relayed = relayed});
}

void World::down(LinkId link) {
  End& end = ends_[link];
  if (!end.up) return;
  end.up = false;
  deliver(*end.peer, LinkDown{link});
}

void World::transmit(LinkId from, Item item) {
  End& end = ends_[from];
  if (!end.up) return;
  const std::size_t size =
      item.block ? wire::bt::kPieceHeaderBytes + item.block->length : item.bytes.size();
  end.used += static_cast<std::uint32_t>(size);
  REQUIRE(end.used <= kBuffer);  // the engine never exceeds the room
  end.free_at = std::max(end.free_at, now_) + transfer_time(size, end.peer->upload_rate);
  at(end.free_at - now_, [this, from, size] {
    End& sender = ends_[from];
    if (!sender.up) return;
    sender.used -= static_cast<std::uint32_t>(size);
    if (sender.used <= kBuffer / 2) {
      deliver(*sender.peer, Writable{.link = from, .room_bytes = kBuffer - sender.used});
    }
  });
  const auto land = [this, to = end.other, item = std::move(item)] {
    arrive(to, item);
  };
  if (!end.peer->path) return at(end.free_at - now_ + latency, land);
  at(end.free_at - now_, [this, &peer = *end.peer, size, land] {
    peer.path(size, [this, land] { at(latency, land); });
  });
}

static bool is_of_leaves(ByteView message) {
  const auto decoded = wire::bt::decode_message(message);
  const auto* hashes = decoded ? std::get_if<wire::bt::Hashes>(&*decoded) : nullptr;
  return hashes != nullptr && hashes->request.base_layer == 0 && hashes->request.proof_layers == 0;
}

void World::arrive(LinkId to, const Item& item) {
  End& end = ends_[to];
  if (!end.up) return;
  if (!end.relayed && is_cut(end.peer->key, ends_[end.other].peer->key)) return;
  if (item.block) {
    good_in_ = item.good;
    deliver(*end.peer, BlockArrived{.link = to, .block = *item.block});
    return;
  }
  end.splitter.feed(item.bytes);
  while (end.up) {
    const auto next = end.splitter.next();
    using Kind = wire::bt::StreamSplitter::Kind;
    if (next.kind == Kind::more) break;
    if (next.kind == Kind::handshake) {
      deliver(*end.peer, HandshakeArrived{.link = to, .bytes = next.bytes});
    } else if (next.kind == Kind::message) {
      if (ends_[end.other].peer->faults.keeps_leaves && is_of_leaves(next.bytes)) continue;
      deliver(*end.peer, MessageArrived{.link = to, .bytes = next.bytes});
    } else if (next.kind == Kind::broken) {
      deliver(*end.peer, StreamBroken{to});
      break;
    }
  }
}

std::optional<std::vector<Sha256>> World::read_hashes(Peer& peer, const ReadHashes& read) {
  const auto at = peer.files.find(read.content);
  if (at == peer.files.end()) return std::nullopt;
  const Thing& thing = *at->second.thing;
  if (!wire::bt::is_answerable(read.request, thing.shape)) return std::nullopt;
  const bool of_leaves = read.request.base_layer == 0 && read.request.proof_layers == 0;
  if (of_leaves && peer.faults.refuses_leaves) return std::nullopt;
  const auto needed = wire::bt::pieces_needed(read.request, thing.shape);
  const std::size_t width = thing.shape.blocks_per_piece();
  const std::size_t first = std::min(needed.first * width, thing.leaves.size());
  const std::size_t count = std::min(needed.count * width, thing.leaves.size() - first);
  auto hashes = wire::bt::hashes_for(
      read.request, thing.shape, thing.piece_layer, std::span(thing.leaves).subspan(first, count));
  if (peer.faults.bad_hashes || (of_leaves && peer.faults.bad_leaves)) hashes[0].bytes[5] ^= 1;
  return hashes;
}

bool World::verify(Peer& peer, const Verify& verify) {
  const Thing& thing = *peer.files.at(verify.content).thing;
  ++peer.verify_calls;
  const auto& buffer = peer.buffers_[{verify.content, verify.piece}];
  REQUIRE(buffer.blocks.size() == thing.shape.piece_blocks(verify.piece));
  REQUIRE(verify.leaf_count == thing.shape.blocks_per_piece());
  const bool good = std::all_of(
      buffer.blocks.begin(), buffer.blocks.end(), [](const auto& block) { return block.second; });
  peer.buffers_.erase({verify.content, verify.piece});
  return good && thing.piece_layer[verify.piece] == verify.expected;
}

// The host's part of each effect. Answers come as later inputs, never inside perform().
struct World::Performer {
  World& world;
  Peer& peer;
  std::optional<bool> parked_good;  ///< set while a block is parked

  void later(Input input) const {
    world.at(std::chrono::microseconds(50),
             [&w = world, &p = peer, input = std::move(input)] { w.deliver(p, input); });
  }
  void operator()(Send& send) const {
    world.transmit(send.link, {.bytes = std::move(send.bytes), .block = {}});
  }
  void operator()(const SendBlock& send) const {
    REQUIRE(peer.files.at(send.content).have.has(send.block.piece));  // only what is verified
    if (peer.faults.mute_blocks) return;
    world.transmit(send.link, {.bytes = {}, .block = send.block, .good = !peer.faults.corrupts});
  }
  void operator()(const KeepBlock& keep) const {
    REQUIRE(parked_good);
    REQUIRE(keep.block.begin + keep.block.length <= keep.piece_bytes);
    peer.buffers_[{keep.content, keep.block.piece}].blocks[keep.block.begin] = *parked_good;
    peer.kept.push_back(keep.block);
  }
  void operator()(const Verify& verify) const {
    const bool good = world.verify(peer, verify);
    if (good) REQUIRE(peer.files.at(verify.content).have.add(verify.piece));  // never twice
    later(Verified{.content = verify.content,
                   .piece = verify.piece,
                   .verdict = good ? Verdict::ok : Verdict::bad});
  }
  void operator()(const CheckBlock& check) const {
    const Thing& thing = *peer.files.at(check.content).thing;
    const auto& blocks = peer.buffers_[{check.content, check.block.piece}].blocks;
    REQUIRE(blocks.contains(check.block.begin));
    const auto number = static_cast<std::size_t>(check.block.piece) * thing.shape.blocks_per_piece()
                        + check.block.begin / wire::bt::kBlockBytes;
    const bool is_last =
        number + 1 == thing.leaves.size()
        && check.block.length == (thing.shape.size - 1) % wire::bt::kBlockBytes + 1;
    const bool ok =
        blocks.at(check.block.begin) && is_last && thing.leaves[number] == check.expected;
    later(BlockChecked{.content = check.content, .block = check.block, .ok = ok});
  }
  void operator()(const VerifyBlocks& verify) const {
    const Thing& thing = *peer.files.at(verify.content).thing;
    const auto& blocks = peer.buffers_[{verify.content, verify.blocks.piece}].blocks;
    BlocksVerified answer{.content = verify.content, .blocks = verify.blocks};
    std::uint32_t number = verify.blocks.begin / wire::bt::kBlockBytes;
    for (const Sha256& leaf : verify.leaves) {
      const BlockRange block = thing.shape.block_range(verify.blocks.piece, number);
      REQUIRE(blocks.contains(block.begin));
      const std::size_t at = std::size_t{block.piece} * thing.shape.blocks_per_piece() + number;
      const bool fits = blocks.at(block.begin) && thing.leaves[at] == leaf;
      if (!fits && answer.verdict == Verdict::ok) {
        answer.verdict = Verdict::bad;
        answer.bad_block = number;
      }
      ++number;
    }
    later(answer);
  }
  void operator()(const DropPiece& drop) const { peer.buffers_.erase({drop.content, drop.piece}); }
  void operator()(const Dial& wanted) const { world.dial(peer, wanted); }
  void operator()(const DialThrough& wanted) const { world.dial_through(peer, wanted); }
  void operator()(const AskPush& ask) const { world.push(peer, ask); }
  void operator()(const Close& close) const {
    peer.closed[close.link] = close.reason;
    End& end = world.ends_[close.link];
    if (!end.up) return;
    end.up = false;
    if (!end.relayed && world.is_cut(peer.key, world.ends_[end.other].peer->key)) return;
    world.at(world.latency, [&w = world, other = end.other] { w.down(other); });
  }
  void operator()(const Open& open) const {
    std::optional<Opening> found;
    for (const auto& [id, file] : peer.files) {
      if (InfoHash::from(id.view().first(InfoHash::kSize)) != open.info_hash) continue;
      found = Opening{.content = id, .size = file.thing->shape.size, .have = file.have};
      if (!peer.faults.lies_size) continue;
      found->size = *peer.faults.lies_size;
      found->have = PieceSet::full(Shape::of(found->size).piece_count);
    }
    later(Opened{.link = open.link, .found = found});
  }
  void operator()(const ReadHashes& read) const {
    later(HashesRead{
        .link = read.link, .request = read.request, .hashes = world.read_hashes(peer, read)});
  }
  void operator()(const PrepareStorage& prepare) const {
    peer.prepared[prepare.content] = prepare.size;
    const auto& file = peer.files.at(prepare.content);
    REQUIRE(prepare.size == file.thing->shape.size);  // never for a size that is not true
    later(StorageReady{.content = prepare.content, .have = file.have});
  }
  void operator()(const FetchDone& done) const {
    REQUIRE(peer.files.at(done.content).have.all());
    peer.done[done.content] = {.at = world.now_, .sources = done.sources};
  }
  void operator()(const FetchFailed& failed) const { peer.failed[failed.content] = failed.code; }
  void operator()(const Progress& progress) const { peer.progress.push_back(progress); }
  void operator()(const Release& release) const { peer.released.insert(release.content); }
  void operator()(const NeedSources& /*asked*/) const { ++peer.need_sources; }
};

void World::perform(Peer& peer, Effect& effect, const std::optional<bool>& parked_good) {
  std::visit(Performer{.world = *this, .peer = peer, .parked_good = parked_good}, effect);
}

}  // namespace freshet::test
