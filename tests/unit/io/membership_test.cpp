// Proofs of membership: as values, and on real links.
#include "node/io/net/membership.h"

#include <array>
#include <memory>
#include <set>
#include <string>

#include "tests/support/mesh_proof.h"
#include "tests/unit/io/loop.h"
#include "tests/unit/io/raw_tls.h"

namespace freshet::io::test {
namespace {

using Verdict = Membership::Verdict;

constexpr std::array<Byte, 32> kMesh = {1, 2, 3};
constexpr std::array<Byte, 32> kOther = {1, 2, 4};

ProofBinding binding(TlsRole role, Byte prover, Byte verifier, Byte exporter) {
  ProofBinding made{.role = role, .prover = {}, .verifier = {}, .exporter = {}};
  made.prover.bytes.fill(prover);
  made.verifier.bytes.fill(verifier);
  made.exporter.bytes.fill(exporter);
  return made;
}

const ProofBinding kClient = binding(TlsRole::client, 1, 2, 3);

// A listener and a dialler, each of a mesh of its own.
struct Meeting {
  Meeting(std::optional<ByteView> server_mesh, std::optional<ByteView> client_mesh)
      : server_tls(made(1, server_mesh)),
        client_tls(made(2, client_mesh)),
        shared(io),
        dialer(io, shared, client_tls, {}) {
    auto bound = Listener::bind(io, shared, server_tls, Endpoint::v4({127, 0, 0, 1}, 0), {});
    REQUIRE(bound.ok());
    listener = std::move(*bound);
    listener->start([this](const std::shared_ptr<TlsLink>& link) {
      server = link;
      server->set_handler(at_server);
    });
  }
  ~Meeting() {
    if (client) client->abandon();
    if (server) server->abandon();
  }
  Meeting(const Meeting&) = delete;
  Meeting& operator=(const Meeting&) = delete;

  static TlsContext made(Byte number, std::optional<ByteView> mesh) {
    const std::array<Byte, 32> secret = {number, 7};
    auto context = TlsContext::make(secret, mesh);
    REQUIRE(context.ok());
    return std::move(*context);
  }
  [[nodiscard]] Endpoint address() const { return listener->local().front(); }
  void meet(Protocol protocol) {
    dialer.dial({address()}, protocol, std::nullopt, [this](Result<std::shared_ptr<TlsLink>> link) {
      if (link) {
        client = *link;
        client->set_handler(at_client);
      } else {
        failure = link.error();
      }
    });
  }
  [[nodiscard]] const MembershipCounters& server_counters() const {
    return server_tls.membership()->counters();
  }
  [[nodiscard]] const MembershipCounters& client_counters() const {
    return client_tls.membership()->counters();
  }

  asio::io_context io;
  TlsContext server_tls;
  TlsContext client_tls;
  LinkShared shared;
  Dialer dialer;
  std::unique_ptr<Listener> listener;
  Recorder at_client;
  Recorder at_server;
  std::shared_ptr<TlsLink> client;
  std::shared_ptr<TlsLink> server;
  std::optional<Error> failure;
};

void check_they_part(std::optional<ByteView> server_mesh,
                     std::optional<ByteView> client_mesh,
                     const std::string& client_hears) {
  Meeting meeting(server_mesh, client_mesh);
  meeting.meet(Protocol::overlay);
  REQUIRE(run_until(meeting.io,
                    [&] { return meeting.failure && meeting.server_counters().wrong == 1; }));
  CHECK(meeting.failure->code == ErrorCode::wrong_key);
  CHECK(meeting.failure->message.find(client_hears) != std::string::npos);
  CHECK(meeting.client_counters().wrong == 1);
  CHECK_FALSE(meeting.server);
  CHECK(meeting.listener->counters().links_up == 0);
  CHECK(meeting.listener->counters().handshakes_failed == 0);
}

// What a client of another make does once TLS stands, to a server of the mesh kMesh.
void check_stranger(const RawTls::Then& then, const std::uint64_t MembershipCounters::*counter) {
  Meeting meeting(ByteView(kMesh), std::nullopt);
  {
    const RawTls stranger(meeting.address(), {.proves = false}, then);
    REQUIRE(run_until(meeting.io, [&] { return meeting.server_counters().*counter == 1; }));
  }
  CHECK_FALSE(meeting.server);
}

void write(SSL* ssl, const Sha256& proof) {
  SSL_write(ssl, proof.bytes.data(), static_cast<int>(proof.bytes.size()));
}

Sha256 read(SSL* ssl) {
  Sha256 proof;
  SSL_read(ssl, proof.bytes.data(), static_cast<int>(proof.bytes.size()));
  return proof;
}

void wait_for_the_end(SSL* ssl) {
  std::array<char, 64> heard{};
  while (SSL_read(ssl, heard.data(), static_cast<int>(heard.size())) > 0) {
  }
}

}  // namespace

TEST_CASE("a proof is HMAC-SHA-256 of purpose, role, prover, verifier and exporter") {
  // python3: hmac.new(bytes([1,2,3]+[0]*29), b"freshet mesh proof 1\0C" + b"\1"*32 + b"\2"*32 +
  // b"\3"*32, "sha256").hexdigest()
  CHECK(mesh_proof(kMesh, kClient).hex()
        == "7fec08794061922288fe5c8d01d7f084532c95494f3b5d69161a50dead176648");
}

TEST_CASE("whatever a proof is bound to changes it") {
  std::set<std::string> proofs;
  for (const ProofBinding& each : {kClient,
                                   binding(TlsRole::server, 1, 2, 3),
                                   binding(TlsRole::client, 2, 1, 3),
                                   binding(TlsRole::client, 1, 4, 3),
                                   binding(TlsRole::client, 1, 2, 4)}) {
    proofs.insert(mesh_proof(kMesh, each).hex());
    proofs.insert(mesh_proof(kOther, each).hex());
  }
  CHECK(proofs.size() == 10);
}

TEST_CASE("a proof is judged by key, and one that was seen before is told from a wrong one") {
  Membership member{ByteView(kMesh)};
  const ProofBinding server = binding(TlsRole::server, 2, 1, 3);
  const Sha256 right = mesh_proof(kMesh, kClient);
  CHECK(member.judge(kClient, right) == Verdict::member);
  CHECK(member.judge(binding(TlsRole::client, 1, 2, 9), right) == Verdict::replayed);
  CHECK(member.judge(kClient, member.prove(server)) == Verdict::replayed);
  CHECK(member.judge(kClient, mesh_proof(kOther, kClient)) == Verdict::other_mesh);
  CHECK(member.judge(kClient, mesh_proof(open_mesh_key(), kClient)) == Verdict::open_peer);
  CHECK(member.counters().replayed == 2);
  CHECK(member.counters().wrong == 2);
  Membership open{std::nullopt};
  CHECK(open.judge(kClient, right) == Verdict::private_peer);
  CHECK(open.judge(kClient, mesh_proof(open_mesh_key(), kClient)) == Verdict::member);
}

TEST_CASE("nodes of one private mesh link for both protocols") {
  for (const Protocol protocol : {Protocol::overlay, Protocol::transfer}) {
    Meeting meeting{ByteView(kMesh), ByteView(kMesh)};
    meeting.meet(protocol);
    REQUIRE(run_until(meeting.io, [&] { return meeting.client && meeting.server; }));
    CHECK(meeting.server->protocol() == protocol);
    meeting.client->send(bytes_of("hello"));
    meeting.server->send(bytes_of("and you"));
    CHECK(run_until(meeting.io, [&] {
      return meeting.at_server.text() == "hello" && meeting.at_client.text() == "and you";
    }));
  }
}

TEST_CASE("nodes of different meshes part, and both know why") {
  check_they_part(ByteView(kMesh), ByteView(kOther), "another private mesh");
  check_they_part(ByteView(kMesh), std::nullopt, "a private mesh, and this node is not");
  check_they_part(std::nullopt, ByteView(kMesh), "the open mesh");
}

TEST_CASE("a client without a proof is refused before anything of it is read") {
  check_stranger([](SSL* ssl, int /*descriptor*/) { SSL_shutdown(ssl); },
                 &MembershipCounters::missing);
  check_stranger(
      [](SSL* ssl, int /*descriptor*/) {
        const std::string frames(1000, 'x');
        SSL_write(ssl, frames.data(), static_cast<int>(frames.size()));
        wait_for_the_end(ssl);
      },
      &MembershipCounters::wrong);
}

TEST_CASE("a client that sends the server's own proof back is refused") {
  check_stranger(
      [](SSL* ssl, int /*descriptor*/) {
        write(ssl, read(ssl));
        wait_for_the_end(ssl);
      },
      &MembershipCounters::replayed);
}

TEST_CASE("a proof of one connection is worth nothing on another") {
  Meeting meeting{ByteView(kMesh), std::nullopt};
  Sha256 proof;
  {
    const RawTls member(meeting.address(), {.proves = false}, [&](SSL* ssl, int /*descriptor*/) {
      proof = mesh_proof(kMesh, *testing::binding_of(ssl, true));
      write(ssl, proof);
      read(ssl);
    });
    REQUIRE(run_until(meeting.io, [&] { return meeting.server != nullptr; }));
  }
  const RawTls thief(meeting.address(), {.proves = false}, [&](SSL* ssl, int /*descriptor*/) {
    write(ssl, proof);
    wait_for_the_end(ssl);
  });
  CHECK(run_until(meeting.io, [&] { return meeting.server_counters().replayed == 1; }));
  CHECK(meeting.listener->counters().links_up == 1);
}

TEST_CASE("a client that proves nothing in time is refused") {
  Meeting meeting{ByteView(kMesh), std::nullopt};
  ListenerLimits limits;
  limits.link.handshake = std::chrono::seconds(2);
  auto bound = Listener::bind(
      meeting.io, meeting.shared, meeting.server_tls, Endpoint::v4({127, 0, 0, 1}, 0), limits);
  REQUIRE(bound.ok());
  (*bound)->start([](const std::shared_ptr<TlsLink>& link) { link->abandon(); });
  const RawTls silent((*bound)->local().front(),
                      {.proves = false},
                      [](SSL* ssl, int /*descriptor*/) { wait_for_the_end(ssl); });
  CHECK(run_until(meeting.io, [&] { return meeting.server_counters().missing == 1; }));
}

}  // namespace freshet::io::test
