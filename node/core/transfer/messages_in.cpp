#include "node/core/transfer/messages_in.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <type_traits>

#include "node/core/transfer/debts.h"
#include "node/core/transfer/fetching.h"
#include "node/core/transfer/links.h"
#include "node/core/transfer/requests.h"
#include "node/core/transfer/serving.h"
#include "node/core/transfer/sizing.h"
#include "node/wire/bt/bencode.h"

namespace freshet::core::transfer {
namespace {

namespace bt = wire::bt;

constexpr std::string_view kPeerIdPrefix = "-FR0001-";
// A key of freshet's own in BEP 10's dictionary: how large the content is, for who learned of it
// without a size.
constexpr std::string_view kSizeKey = "freshet_size";
constexpr std::uint8_t kExtensionHandshake = 0;
constexpr std::int64_t kMaxReqq = 1 << 16;

std::array<Byte, 20> peer_id(const NodeKey& self) {
  std::array<Byte, 20> id{};
  const auto end = std::copy(kPeerIdPrefix.begin(), kPeerIdPrefix.end(), id.begin());
  std::copy_n(self.bytes.begin(), id.end() - end, end);
  return id;
}

Bytes extension_handshake(const Turn& turn, const Content& content) {
  bt::BencodeWriter writer;
  writer.begin_dictionary();
  if (content.proven) {
    writer.key(kSizeKey).integer(static_cast<std::int64_t>(content.shape->size));
  }
  writer.key("m").begin_dictionary().end();
  writer.key("reqq").integer(turn.config.reqq);
  writer.key("v").text(turn.config.agent);
  writer.end();
  return writer.take();
}

// Both have everything: nothing will ever be said on this link again.
bool close_if_finished(Turn& turn, Session& session) {
  if (!session.content->complete() || !session.peer_has_all()) return false;
  close(turn, session, CloseReason::finished);
  return true;
}

void on_announced(Turn& turn, Session& session, Announced announced) {
  if (session.announced.known || announced.bits.size() > bt::kMaxPieces / 8) {
    close(turn, session, CloseReason::malformed);
    return;
  }
  session.announced = std::move(announced);
  session.announced.known = true;
  if (session.content->shape && !read_announced(session) && session.content->proven) {
    close(turn, session, CloseReason::malformed);
    return;
  }
  if (close_if_finished(turn, session)) return;
  update_interest(turn, session);
  note_sources(turn, *session.content);
  ask_more(turn, session);
}

void on_have(Turn& turn, Session& session, std::uint32_t piece) {
  Content& content = *session.content;
  if (piece >= (content.proven ? content.shape->piece_count : bt::kMaxPieces)) {
    close(turn, session, CloseReason::malformed);
    return;
  }
  Announced& announced = session.announced;
  announced.known = true;
  if (announced.all) return;
  if (announced.bits.size() <= piece / 8) announced.bits.resize(piece / 8 + 1);
  announced.bits[piece / 8] = static_cast<Byte>(announced.bits[piece / 8] | 0x80U >> (piece % 8));
  if (piece >= session.have.size() || session.have.has(piece)) return;
  if (session.have.count() + 1 == session.have.size()) {
    set_have(session, PieceSet::full(session.have.size()));
    if (close_if_finished(turn, session)) return;
  } else {
    session.have.add(piece);
    if (content.fetch && content.fetch->picker) content.fetch->picker->holder_got(piece);
    if (content.have.size() == 0 || !content.have.has(piece)) ++session.interesting;
  }
  if (content.fetch) content.fetch->news_at = turn.now;
  update_interest(turn, session);
  note_sources(turn, content);
  ask_more(turn, session);
}

void on_extended(Turn& turn, Session& session, const bt::Extended& message) {
  if (message.id != kExtensionHandshake) {
    ++turn.counters.messages_unknown;
    return;
  }
  const auto document = bt::Bencoded::parse(message.payload);
  if (!document) {
    offend(turn, session);
    return;
  }
  if (const auto reqq = document->root().find("reqq")) {
    const std::int64_t most = reqq->integer().value_or(0);
    if (most > 0) session.reqq = static_cast<std::uint32_t>(std::min(most, kMaxReqq));
  }
  const auto size = document->root().find(kSizeKey);
  const auto bytes = static_cast<std::uint64_t>(size ? size->integer().value_or(0) : 0);
  if (!is_possible_size(bytes)) return;
  session.own_size = bytes;
  if (!session.claim) session.claim = session.own_size;
  adopt_claim(turn, *session.content);
  ask_more(turn, session);
}

void on_choking(Turn& turn, Session& session, bool choking) {
  session.peer_choking = choking;
  session.speculating = false;
  if (choking) {
    on_choked(turn, session);
  } else {
    ask_more(turn, session);
  }
}

struct MessageDispatch {
  Turn& turn;
  Session& session;

  void operator()(const bt::KeepAlive& /*m*/) const {}
  void operator()(const bt::Choke& /*m*/) const { on_choking(turn, session, true); }
  void operator()(const bt::Unchoke& /*m*/) const { on_choking(turn, session, false); }
  void operator()(const bt::Interested& /*m*/) const { on_interest(turn, session, true); }
  void operator()(const bt::NotInterested& /*m*/) const { on_interest(turn, session, false); }
  void operator()(const bt::Have& m) const { on_have(turn, session, m.piece); }
  void operator()(const bt::Bitfield& m) const {
    on_announced(turn, session, {.bits = Bytes(m.bits.begin(), m.bits.end())});
  }
  void operator()(const bt::HaveAll& /*m*/) const {
    on_announced(turn, session, {.all = true, .bits = {}});
  }
  void operator()(const bt::HaveNone& /*m*/) const { on_announced(turn, session, {}); }
  void operator()(const bt::Request& m) const { on_request(turn, session, m.block); }
  void operator()(const bt::Cancel& m) const { on_cancel(turn, session, m.block); }
  void operator()(const bt::Reject& m) const { on_reject(turn, session, m.block); }
  void operator()(const bt::Suggest& /*m*/) const {}
  void operator()(const bt::AllowedFast& /*m*/) const {}
  void operator()(const bt::Extended& m) const { on_extended(turn, session, m); }
  void operator()(const HashRequest& m) const { on_hash_request(turn, session, m); }
  void operator()(const bt::Hashes& m) const { on_hashes(turn, session, m); }
  void operator()(const bt::HashReject& m) const { on_hash_reject(turn, session, m.request); }
  void operator()(const bt::Unknown& /*m*/) const { ++turn.counters.messages_unknown; }
};

}  // namespace

void set_have(Session& session, PieceSet have) {
  Content& content = *session.content;
  Picker* picker = content.fetch && content.fetch->picker ? &*content.fetch->picker : nullptr;
  if (picker != nullptr && session.have.size() > 0) picker->remove_holder(session.have);
  session.have = std::move(have);
  if (picker != nullptr) picker->add_holder(session.have);
  session.idle_epoch = 0;
  count_interesting(session);
}

void on_message(Turn& turn, Session& session, ByteView bytes) {
  ++turn.counters.messages_in;
  session.heard_at = turn.now;
  if (session.opening) {
    session.early_bytes += bytes.size();
    if (session.early_bytes > turn.config.max_early_bytes) {
      close(turn, session, CloseReason::malformed);
    } else {
      session.early.emplace_back(bytes.begin(), bytes.end());
    }
    return;
  }
  const auto message = bt::decode_message(bytes);
  if (!message || !session.handshake_in || session.content == nullptr) {
    close(turn, session, CloseReason::malformed);
    return;
  }
  std::visit(MessageDispatch{turn, session}, *message);
}

void greet(Turn& turn, Session& session) {
  const Content& content = *session.content;
  bt::Handshake handshake{
      .extensions = true, .fast = true, .v2 = true, .info_hash = {}, .peer_id = {}};
  handshake.info_hash = InfoHash::from(content.id.view().first(InfoHash::kSize));
  handshake.peer_id = peer_id(turn.self);
  session.uplink.say_bytes(bt::encode(handshake));
  turn.say(session, bt::Extended{.id = 0, .payload = extension_handshake(turn, content)});
  if (content.have.none()) {
    turn.say(session, bt::HaveNone{});
  } else if (content.have.all()) {
    turn.say(session, bt::HaveAll{});
  } else {
    turn.say(session, bt::Bitfield{content.have.bitfield()});
  }
  update_interest(turn, session);
}

bool read_announced(Session& session) {
  const std::uint32_t count = session.content->shape->piece_count;
  const Announced& announced = session.announced;
  if (announced.all || (!announced.known && session.speculating)) {
    set_have(session, PieceSet::full(count));
    return true;
  }
  Bytes bits = announced.bits;
  if (bits.size() < (std::size_t{count} + 7) / 8) bits.resize((std::size_t{count} + 7) / 8);
  auto have = PieceSet::from_bitfield(bits, count);
  set_have(session, have ? std::move(*have) : PieceSet(count));
  return have.has_value();
}

}  // namespace freshet::core::transfer
