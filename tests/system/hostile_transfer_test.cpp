// Transfer peers that lie, flood and stall while an honest source serves: the fetch completes from
// the honest one, what they do is counted, and memory stays flat.
#include <atomic>
#include <functional>
#include <thread>

#include <doctest/doctest.h>
#include <sys/socket.h>

#include "node/base/rng.h"
#include "node/wire/bt/messages.h"
#include "node/wire/bt/stream_splitter.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/raw_peer.h"
#include "tests/support/source_and_fetcher.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;
namespace bt = wire::bt;
using bt::StreamSplitter;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
constexpr std::uint64_t kFileBytes = 8 * kMiB;
constexpr std::uint32_t kPieces = 512;  // of 16 KiB
// AddressSanitizer holds 256 MiB back of what was freed, beside its shadow.
constexpr std::size_t kMemory = (kSanitized ? 512 : 40) * kMiB;

/// Opens a transfer link for one content.
bool greet(TlsPeer& peer, const std::string& id) {
  bt::Handshake handshake{
      .extensions = true, .fast = true, .v2 = true, .info_hash = {}, .peer_id = {}};
  handshake.info_hash = InfoHash::from(ContentId::from_hex(id)->view().first(InfoHash::kSize));
  return peer.send(bt::encode(handshake));
}

/// A stranger on a transfer link for one content. `answer` appends what it says to a message of the
/// other side.
class Liar {
 public:
  using Answer = std::function<void(Bytes& out, const bt::Message& heard)>;

  Liar(const std::string& address, const std::string& id, Bytes opening, Answer answer = {})
      : peer_(address, "freshet-bt/1"),
        answer_(std::move(answer)) {
    greet(peer_, id);
    peer_.send(opening);
    thread_ = std::thread([this] { run(); });
  }
  ~Liar() {
    stop_ = true;
    thread_.join();
  }
  Liar(const Liar&) = delete;
  Liar& operator=(const Liar&) = delete;
  Liar(Liar&&) = delete;
  Liar& operator=(Liar&&) = delete;

  [[nodiscard]] bool is_closed() {
    return eventually([this] { return closed_.load(); }, kAnswerLimit);
  }

 private:
  void run() {
    const timeval wait{.tv_sec = 0, .tv_usec = 50'000};
    ::setsockopt(SSL_get_fd(peer_.ssl()), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    StreamSplitter splitter;
    Bytes chunk(65536);
    while (!stop_) {
      std::size_t got = 0;
      if (SSL_read_ex(peer_.ssl(), chunk.data(), chunk.size(), &got) != 1) {
        if (SSL_get_error(peer_.ssl(), 0) == SSL_ERROR_WANT_READ) continue;
        break;
      }
      splitter.feed(ByteView(chunk).first(got));
      if (!answer_all(splitter)) break;
    }
    closed_ = !stop_;
  }
  bool answer_all(StreamSplitter& splitter) {
    Bytes out;
    for (auto item = splitter.next(); item.kind != StreamSplitter::Kind::more;
         item = splitter.next()) {
      if (item.kind == StreamSplitter::Kind::broken) return false;
      if (item.kind != StreamSplitter::Kind::message || !answer_) continue;
      if (const auto heard = bt::decode_message(item.bytes)) answer_(out, *heard);
    }
    return out.empty() || peer_.send(out);
  }

  TlsPeer peer_;
  Answer answer_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> closed_ = false;
  std::thread thread_;
};

template <typename... Messages>
Bytes saying(const Messages&... messages) {
  Bytes bytes;
  (bt::append(bytes, messages), ...);
  return bytes;
}

/// What a source of everything opens with. A size that it does not know would be asked of nobody.
Bytes as_source() {
  static const std::string kExtension =
      "d12:freshet_sizei" + std::to_string(kFileBytes) + "e1:mdee";
  return saying(
      bt::Extended{.id = 0, .payload = bytes_of(kExtension)}, bt::HaveAll{}, bt::Unchoke{});
}

void append_requests(Bytes& out, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i)
    bt::append(out, bt::Request{{.piece = i % kPieces, .begin = 0, .length = 16384}});
}

void answer_with_noise(Bytes& out, const bt::Message& heard) {
  const auto* request = std::get_if<bt::Request>(&heard);
  if (request == nullptr) return;
  const auto header = bt::piece_header(request->block);
  out.insert(out.end(), header.begin(), header.end());
  out.resize(out.size() + request->block.length, 0x5A);
}

/// One honest source that takes two seconds for the file, and who fetches it.
struct Fetching : SourceAndFetcher {
  Fetching() : SourceAndFetcher("harbour", kFileBytes, 5, {"--up-rate", "4M"}) {
    get = fetcher->start_cli({"get", id, "--json"}, "get");
    REQUIRE(eventually([&] { return fetcher->counter("transfer_blocks_in") > 0; }));
  }
  /// The file is whole, and nobody's memory has grown with what was thrown at it.
  void check_completes() const {
    const auto code = get->wait(std::chrono::minutes(2));
    REQUIRE_MESSAGE(code == 0, get->err());
    const fs::path path = parse_events(get->out()).back().at("path").get<std::string>();
    CHECK(sha256_of(path) == sha256_of(file));
    CHECK(fetcher->process().resident_bytes() < kMemory);
    CHECK(source->process().resident_bytes() < kMemory);
  }
  static bool counts(const Daemon& at, const std::string& counter, std::uint64_t least = 1) {
    CAPTURE(counter);
    return eventually([&] { return at.counter(counter) >= least; }, kAnswerLimit);
  }

  std::unique_ptr<Process> get;
};

}  // namespace

TEST_CASE("sources of bad blocks are found out and banned") {
  const Fetching fetching;
  Liar one(fetching.fetcher->address(), fetching.id, as_source(), answer_with_noise);
  Liar two(fetching.fetcher->address(), fetching.id, as_source(), answer_with_noise);
  CHECK(Fetching::counts(*fetching.fetcher, "transfer_pieces_bad"));
  CHECK(Fetching::counts(*fetching.fetcher, "transfer_sources_banned", 2));
  CHECK(one.is_closed());
  CHECK(two.is_closed());
  fetching.check_completes();
}

TEST_CASE("hashes that lead nowhere, and a false size, end the link") {
  const Fetching fetching;
  Liar unasked(fetching.fetcher->address(),
               fetching.id,
               as_source(),
               [](Bytes& out, const bt::Message& /*heard*/) {
                 bt::Hashes hashes;
                 hashes.request.length = 4;
                 hashes.hashes.resize(4);
                 for (int i = 0; i < 100; ++i) bt::append(out, hashes);
               });
  CHECK(unasked.is_closed());
  CHECK(Fetching::counts(*fetching.fetcher, "transfer_offences", 10));
  fetching.check_completes();
}

TEST_CASE("a peer that chokes for ever, and one that takes requests and sends nothing") {
  const Fetching fetching;
  const Liar choker(fetching.fetcher->address(),
                    fetching.id,
                    saying(bt::HaveAll{}, bt::Choke{}, bt::Interested{}));
  const Liar silent(fetching.fetcher->address(), fetching.id, as_source());
  fetching.check_completes();
}

TEST_CASE("pieces that do not exist, and bitfields of another shape, end the link") {
  const Fetching fetching;
  const std::string& to = fetching.fetcher->address();
  Bytes longer(kPieces / 8 + 1, 0xFF);
  Bytes huge(100'000, 0xFF);
  Liar have(to, fetching.id, saying(bt::HaveNone{}, bt::Have{.piece = kPieces}));
  Liar far(to, fetching.id, saying(bt::HaveNone{}, bt::Have{.piece = 0xFFFFFFFF}));
  Liar spare(to, fetching.id, saying(bt::Bitfield{.bits = longer}));
  Liar large(to, fetching.id, saying(bt::Bitfield{.bits = huge}));
  Liar twice(to, fetching.id, saying(bt::HaveAll{}, bt::HaveNone{}));
  for (Liar* liar : {&have, &far, &spare, &large, &twice}) CHECK(liar->is_closed());
  CHECK(Fetching::counts(*fetching.fetcher, "transfer_links_malformed", 5));
  fetching.check_completes();
}

TEST_CASE("messages beyond any size, and noise, end the link") {
  const Fetching fetching;
  Bytes noise(4096);
  Rng rng = Rng::from_seed(3);
  for (Byte& byte : noise) byte = static_cast<Byte>(rng.below(256));
  noise[0] = 0xFF;  // a length of four thousand million
  Liar oversized(fetching.fetcher->address(), fetching.id, Bytes{0x7F, 0xFF, 0xFF, 0xFF, 20});
  Liar noisy(fetching.fetcher->address(), fetching.id, noise);
  CHECK(oversized.is_closed());
  CHECK(noisy.is_closed());
  CHECK(Fetching::counts(*fetching.fetcher, "transfer_links_malformed", 2));
  fetching.check_completes();
}

TEST_CASE("requests out of range are refused, and then the link is") {
  const Fetching fetching;
  Bytes requests = saying(bt::HaveNone{}, bt::Interested{});
  for (std::uint32_t i = 0; i < 200; ++i) {
    bt::append(requests, bt::Request{{.piece = kPieces + i, .begin = 0, .length = 16384}});
    bt::append(requests, bt::Request{{.piece = 0, .begin = 16384 * i, .length = 0xFFFFFFFF}});
  }
  Liar liar(fetching.source->address(), fetching.id, requests);
  CHECK(liar.is_closed());
  CHECK(Fetching::counts(*fetching.source, "transfer_requests_rejected", 64));
  fetching.check_completes();
}

TEST_CASE("requests beyond what a link may ask at once are refused") {
  const Fetching fetching;
  Bytes flood = saying(bt::HaveNone{}, bt::Interested{});
  append_requests(flood, 5'000);
  const Liar one(fetching.source->address(), fetching.id, flood);
  const Liar two(fetching.source->address(), fetching.id, flood);
  CHECK(Fetching::counts(*fetching.source, "transfer_requests_rejected", 5'000));
  fetching.check_completes();
}

// What the source has to say to it grows with each request, and nothing of it is read.
TEST_CASE("a flood of requests from a peer that reads nothing ends the link") {
  const Fetching fetching;
  TlsPeer deaf(fetching.source->address(), "freshet-bt/1");
  REQUIRE(greet(deaf, fetching.id));
  REQUIRE(deaf.send(saying(bt::HaveNone{}, bt::Interested{})));
  Bytes flood;
  append_requests(flood, 50'000);
  CHECK(eventually([&] { return !deaf.send(flood); }, kAnswerLimit));
  CHECK(Fetching::counts(*fetching.source, "transfer_links_slow"));
  fetching.check_completes();
}

// More than what a link takes at once: what was refused must make room for what comes next.
TEST_CASE("a source that can read nothing any more refuses every request") {
  const SourceAndFetcher nodes("harbour", kFileBytes, 5);
  constexpr std::uint32_t kRequests = 300;
  static_assert(kRequests <= kPieces);
  std::atomic<std::uint32_t> refused = 0;
  const Liar liar(nodes.source->address(),
                  nodes.id,
                  saying(bt::HaveNone{}, bt::Interested{}),
                  [&](Bytes& out, const bt::Message& heard) {
                    if (std::holds_alternative<bt::Reject>(heard)) ++refused;
                    if (!std::holds_alternative<bt::Unchoke>(heard)) return;
                    fs::last_write_time(nodes.file, fs::file_time_type::clock::now());
                    for (std::uint32_t i = 0; i < kRequests; ++i)
                      bt::append(out, bt::Request{{.piece = i, .begin = 0, .length = 16384}});
                  });
  CHECK(eventually([&] { return refused == kRequests; }, kAnswerLimit));
}

}  // namespace freshet::testing
