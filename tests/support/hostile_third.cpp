#include "tests/support/hostile_third.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "node/base/endpoint.h"
#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/paths.h"
#include "tests/support/mesh_proof.h"
#include "tests/support/stranger_tls.h"

namespace freshet::testing {
namespace {

using wire::FrameType;

constexpr int kThirdLooksEveryMs = 20;
constexpr std::chrono::seconds kPatience{5};
constexpr std::uint64_t kHonestBytes = 1 << 20;
constexpr std::uint64_t kRequest = 77;
constexpr Byte kHandshakeRecord = 0x16;

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Ssl = std::unique_ptr<SSL, decltype(&SSL_free)>;

bool has_more(SSL* ssl, int wait_ms) {
  if (SSL_pending(ssl) > 0) return true;
  pollfd waits{.fd = SSL_get_fd(ssl), .events = POLLIN, .revents = 0};
  return ::poll(&waits, 1, wait_ms) > 0;
}

bool write_all(SSL* ssl, ByteView bytes) {
  std::size_t sent = 0;
  return SSL_write_ex(ssl, bytes.data(), bytes.size(), &sent) == 1 && sent == bytes.size();
}

bool read_all(SSL* ssl, Byte* to, std::size_t size) {
  std::size_t got = 0;
  for (; size > 0; to += got, size -= got) {
    if (SSL_read_ex(ssl, to, size, &got) != 1) return false;
  }
  return true;
}

bool say(SSL* ssl, FrameType type) {
  wire::EncodedHeader header{};
  wire::encode_header(frame_header(type, kRequest, 1, 0, 0), header.data());
  return write_all(ssl, header);
}

std::optional<OverlayFrame> hear(SSL* ssl) {
  wire::EncodedHeader encoded{};
  if (!read_all(ssl, encoded.data(), encoded.size())) return std::nullopt;
  OverlayFrame frame{.header = wire::decode_header(encoded.data()), .body = {}};
  if (frame.header.body_bytes > wire::kMaxPathBodyBytes) return std::nullopt;
  frame.body.resize(frame.header.body_bytes);
  if (!read_all(ssl, frame.body.data(), frame.body.size())) return std::nullopt;
  return frame;
}

wire::Hello hello_with(std::uint16_t port) {
  wire::Hello hello;
  hello.agent = "stranger";
  hello.name = "third";
  hello.listen_port = port;
  return hello;
}

}  // namespace

// A connection that came in, whose two sides have proved what mesh they are of.
struct HostileThird::Guest {
  int fd = -1;
  Ssl ssl{nullptr, SSL_free};

  Guest() = default;
  ~Guest() {
    ssl.reset();
    if (fd >= 0) ::close(fd);
  }
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  Guest(Guest&&) = delete;
  Guest& operator=(Guest&&) = delete;
};

// Where one of the two comes to: under the key that it knows this neighbour by.
struct HostileThird::Door {
  Door(const std::string& own, SSL* known)
      : context(stranger_context(TLS_server_method(), "freshet-relay/1"), SSL_CTX_free) {
    SSL_CTX_use_certificate(context.get(), SSL_get_certificate(known));
    SSL_CTX_use_PrivateKey(context.get(), SSL_get_privatekey(known));
    sockaddr_in here{};
    here.sin_family = AF_INET;
    ::inet_pton(AF_INET, own.c_str(), &here.sin_addr);
    socklen_t size = sizeof here;
    auto* const address = reinterpret_cast<sockaddr*>(&here);
    fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(fd, address, size) != 0 || ::listen(fd, 8) != 0
        || ::getsockname(fd, address, &size) != 0) {
      ::close(fd);
      throw std::runtime_error("no socket to listen on");
    }
    port = ntohs(here.sin_port);
  }
  ~Door() { ::close(fd); }
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;
  Door(Door&&) = delete;
  Door& operator=(Door&&) = delete;

  /// Whoever waits; null when nobody does, or it does not come up.
  [[nodiscard]] std::unique_ptr<Guest> open() const {
    pollfd waits{.fd = fd, .events = POLLIN, .revents = 0};
    if (::poll(&waits, 1, 0) <= 0) return nullptr;
    auto guest = std::make_unique<Guest>();
    guest->fd = ::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC);
    if (guest->fd < 0) return nullptr;
    const timeval limit{.tv_sec = kPatience.count(), .tv_usec = 0};
    ::setsockopt(guest->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(guest->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    guest->ssl.reset(SSL_new(context.get()));
    SSL_set_fd(guest->ssl.get(), guest->fd);
    const bool up = SSL_accept(guest->ssl.get()) == 1
                    && exchange_proofs(guest->ssl.get(), io::open_mesh_key()).has_value();
    return up ? std::move(guest) : nullptr;
  }

  Context context;
  int fd = -1;
  std::uint16_t port = 0;
};

HostileThird::HostileThird(const std::string& own,
                           const std::string& asker,
                           const std::string& source,
                           std::string marker,
                           Deed deed)
    : own_(own),
      marker_(std::move(marker)),
      deed_(deed),
      to_asker_(asker),
      to_source_(source),
      asker_door_(std::make_unique<Door>(own, to_asker_.ssl())),
      source_door_(std::make_unique<Door>(own, to_source_.ssl())) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  if (!to_asker_.greet(hello_with(asker_door_->port)) || !to_source_.greet(hello_with(0)))
    throw std::runtime_error("the two do not greet");
  thread_ = std::thread([this] { run(); });
}

HostileThird::~HostileThird() {
  over_ = true;
  thread_.join();
}

void HostileThird::run() {
  while (!over_) {
    if (has_more(to_asker_.ssl(), kThirdLooksEveryMs)) carry(to_asker_, to_source_);
    if (has_more(to_source_.ssl(), 0)) carry(to_source_, to_asker_);
    welcome_asker();
    welcome_source();
  }
}

void HostileThird::carry(TlsPeer& from, TlsPeer& to) {
  const auto frame = from.receive(kPatience);
  if (!frame) return;
  if (frame->header.type == FrameType::ping) {
    const Bytes body = wire::encode(wire::Pong{});
    wire::FrameHeader pong = frame_header(FrameType::pong, 0, 1, 0, body.size());
    pong.guid = frame->header.guid;
    from.send_frame(pong, body);
  } else if (frame->header.type == FrameType::query || frame->header.type == FrameType::query_hit) {
    wire::FrameHeader header = frame->header;
    --header.ttl;
    ++header.hops;
    to.send_frame(header, frame->body);
  }
}

// Calls the source, as a third does.
void HostileThird::welcome_asker() {
  auto guest = asker_door_->open();
  if (!guest) return;
  const auto asked = hear(guest->ssl.get());
  const auto who = binding_of(guest->ssl.get(), false);
  if (!asked || asked->header.type != FrameType::relay_ask || !who) return;
  asker_ = std::move(guest);
  if (deed_ == Deed::poses) return pose();
  wire::RelayCall call{.origin = who->prover, .addresses = {}};
  call.addresses.push_back(*Endpoint::parse(own_ + ":" + std::to_string(source_door_->port)));
  const Bytes body = wire::encode(call);
  to_source_.send_frame(frame_header(FrameType::relay_call, kRequest, 1, 0, body.size()), body);
}

void HostileThird::welcome_source() {
  auto guest = source_door_->open();
  if (!guest || !asker_) return;
  const auto took = hear(guest->ssl.get());
  if (!took || took->header.type != FrameType::relay_take) return;
  if (say(asker_->ssl.get(), FrameType::relay_joined)) join(*guest);
  asker_.reset();
}

void HostileThird::join(Guest& source) {
  ++joined_;
  from_source_ = 0;
  bool goes_on = true;
  while (!over_ && goes_on) {
    if (has_more(to_asker_.ssl(), 0)) carry(to_asker_, to_source_);
    if (has_more(to_source_.ssl(), 0)) carry(to_source_, to_asker_);
    if (has_more(source.ssl.get(), 1)) goes_on = pass(source, *asker_, true);
    if (goes_on && has_more(asker_->ssl.get(), 1)) goes_on = pass(*asker_, source, false);
  }
}

bool HostileThird::pass(Guest& from, Guest& to, bool is_from_source) {
  std::array<Byte, 16384> buffer{};
  std::size_t got = 0;
  if (SSL_read_ex(from.ssl.get(), buffer.data(), buffer.size(), &got) != 1) return false;
  passed_ += got;
  const ByteView bytes = ByteView(buffer).first(got);
  if (text_of(bytes).find(marker_) != std::string_view::npos) ++readable_;
  if (is_from_source) {
    if (from_source_ == 0 && bytes[0] != kHandshakeRecord) ++readable_;
    const bool alters =
        deed_ == Deed::alters_soon || (deed_ == Deed::alters && from_source_ >= kHonestBytes);
    if (alters) {
      buffer.at(got / 2) ^= 1U;
      ++altered_;
    }
    from_source_ += got;
  }
  return write_all(to.ssl.get(), bytes);
}

// The asker begins TLS inside; it is answered here, under a key of this neighbour's own.
void HostileThird::pose() {
  ++posed_;
  if (say(asker_->ssl.get(), FrameType::relay_joined)) {
    const Context context(stranger_context(TLS_server_method(), "freshet-bt/1"), SSL_CTX_free);
    const Ssl inner(SSL_new(context.get()), SSL_free);
    BIO* through = BIO_new(BIO_f_ssl());
    BIO_set_ssl(through, asker_->ssl.get(), BIO_NOCLOSE);
    SSL_set_bio(inner.get(), through, through);
    if (SSL_accept(inner.get()) == 1 && exchange_proofs(inner.get(), io::open_mesh_key()))
      ++believed_;
  }
  asker_.reset();
}

}  // namespace freshet::testing
