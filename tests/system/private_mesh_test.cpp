// Private meshes: how one comes into being and lets others in, and who stays outside.
#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "node/io/net/mesh_proof.h"
#include "node/store/mesh_file.h"
#include "tests/support/daemon.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/man_in_the_middle.h"
#include "tests/support/mesh_proof.h"
#include "tests/support/raw_peer.h"
#include "tests/support/temp_dir.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

CliResult at(const fs::path& state,
             std::vector<std::string> args,
             const fs::path& input = "/dev/null") {
  std::vector<std::string> words = {freshet_binary(), "--state", state.string()};
  words.insert(words.end(), args.begin(), args.end());
  return run_program(words, input);
}

void make_mesh(const fs::path& state, const std::string& name) {
  REQUIRE(at(state, {"mesh", "new", "--name", name}).exit_code == 0);
}

/// The invite of a daemon, in a file of its owner's alone.
fs::path invite_of(const Daemon& daemon, const fs::path& file) {
  const auto invite = daemon.cli({"invite"});
  REQUIRE(invite.exit_code == 0);
  write_file(file, invite.out);
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  return file;
}

Bytes key_of(const fs::path& state) {
  const auto mesh = store::load_mesh((state / "mesh").string());
  REQUIRE(mesh.ok());
  REQUIRE(mesh->key);
  return {mesh->key->view().begin(), mesh->key->view().end()};
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A daemon that is alone in a private mesh.
struct Private {
  TempDir dir;
  fs::path state = dir.path() / "a";
  std::unique_ptr<Daemon> daemon;

  Private() {
    make_mesh(state, "Cellar");
    daemon = std::make_unique<Daemon>(state, DaemonOptions{});
  }
};

}  // namespace

TEST_CASE("a mesh is made, invites by a file or stdin, and its members link and search") {
  const TempDir dir;
  const fs::path a = dir.path() / "a";
  const fs::path b = dir.path() / "b";
  const fs::path c = dir.path() / "c";
  make_mesh(a, "Room 12");
  const auto share = dir.folder("share");
  write_file(share / "harbour.txt", "ships");
  const Daemon first(a, {.paths = {share.string()}});
  const auto invite = invite_of(first, dir.path() / "invite");
  const auto stored = at(b, {"--json", "join", "-"}, invite);
  REQUIRE(stored.exit_code == 0);
  CHECK(stored.json().at("name") == "Room 12");
  CHECK(stored.json().at("mesh") == first.status().at("mesh"));
  CHECK((fs::status(b / "mesh").permissions() & fs::perms::mask) == fs::perms(0600));
  // The invite's address is dialled from the start on.
  const Daemon second(b, {.flags = {"--no-beacon"}});
  CHECK(second.has_peers(1));
  CHECK(second.cli({"search", "harbour", "--limit", "1", "--timeout", "30"}).exit_code == 0);
  REQUIRE(at(c, {"join", "--file", invite.string()}).exit_code == 0);
  const Daemon third(c, {});
  CHECK(third.cli({"join", "--file", invite.string()}).exit_code == 0);
  CHECK(third.has_peers(1));
}

TEST_CASE("a daemon of another mesh refuses an invite, and loses nothing") {
  Private own;
  const TempDir dir;
  make_mesh(dir.path() / "b", "Attic");
  const Daemon other(dir.path() / "b", {});
  const auto invite = invite_of(*own.daemon, dir.path() / "invite");
  const Bytes before = key_of(dir.path() / "b");
  const auto refused = other.cli({"join", "--file", invite.string()});
  CHECK(refused.exit_code == 4);
  CHECK(says(refused.err, "freshet down"));
  CHECK(key_of(dir.path() / "b") == before);
  CHECK(at(dir.path() / "c", {"mesh", "new"}).exit_code == 0);
  CHECK(at(dir.path() / "c", {"join", "-"}, invite).exit_code == 4);
  CHECK(at(dir.path() / "c", {"mesh", "new"}).exit_code == 2);
  CHECK(other.cli({"mesh", "leave"}).exit_code == 7);
  CHECK(key_of(dir.path() / "b") == before);
}

TEST_CASE("join with the wrong key, or with none, ends with 4, and both sides say why") {
  Private own;
  const TempDir dir;
  make_mesh(dir.path() / "b", "Attic");
  const Daemon other(dir.path() / "b", {});
  Daemon open(dir.path() / "c", {});
  const auto wrong = other.cli({"join", own.daemon->address()});
  CHECK(wrong.exit_code == 4);
  CHECK(says(wrong.err, "another private mesh"));
  CHECK_FALSE(says(wrong.err, "Cellar"));
  CHECK(eventually([&] { return says(own.daemon->process().err(), "another private mesh"); }));
  CHECK_FALSE(says(own.daemon->process().err(), "Attic"));
  const auto none = open.cli({"join", own.daemon->address()});
  CHECK(none.exit_code == 4);
  CHECK(says(none.err, "ask a member for an invite"));
  CHECK(own.daemon->cli({"join", open.address()}).exit_code == 4);
  CHECK(eventually([&] { return says(open.process().err(), "private mesh"); }));
  CHECK(eventually([&] { return own.daemon->counter("mesh_proofs_wrong") == 3; }));
  CHECK(other.counter("mesh_proofs_wrong") == 1);
  CHECK(open.counter("mesh_proofs_wrong") == 2);
  for (const Daemon* each : std::initializer_list<const Daemon*>{own.daemon.get(), &other, &open})
    CHECK(each->peer_count() == 0);
}

TEST_CASE(
    "wrong, missing, replayed and reflected proofs are refused, on both kinds of connection") {
  Private own;
  const std::string where = own.daemon->address();
  const Bytes key = key_of(own.state);
  const Bytes other(io::kMeshKeyBytes, 9);
  const auto count = [&](const char* name) {
    return own.daemon->counter(name);
  };
  std::uint64_t round = 0;
  for (const char* alpn : {"freshet/1", "freshet-bt/1"}) {
    ++round;
    {
      TlsPeer wrong(where, alpn, ByteView(other));
      CHECK(wrong.is_closed_within());
    }
    CHECK(eventually([&] { return count("mesh_proofs_wrong") == round; }));
    { const TlsPeer missing(where, alpn, std::nullopt); }
    CHECK(eventually([&] { return count("mesh_proofs_missing") == round; }));
    {
      TlsPeer mirror(where, alpn, std::nullopt);
      Sha256 theirs;
      REQUIRE(SSL_read(mirror.ssl(), theirs.bytes.data(), Sha256::kSize) == Sha256::kSize);
      mirror.send(theirs.view());
      CHECK(mirror.is_closed_within());
    }
    CHECK(eventually([&] { return count("mesh_proofs_replayed") == 2 * round - 1; }));
    {
      TlsPeer member(where, alpn, ByteView(key));
      const Sha256 proof = io::mesh_proof(key, *binding_of(member.ssl(), true));
      TlsPeer thief(where, alpn, std::nullopt);
      thief.send(proof.view());
      CHECK(thief.is_closed_within());
    }
    CHECK(eventually([&] { return count("mesh_proofs_replayed") == 2 * round; }));
  }
  CHECK(own.daemon->peer_count() == 0);
}

TEST_CASE(
    "a man in the middle with certificates of his own fails, one who only forwards does not") {
  Private own;
  const TempDir dir;
  const auto invite = invite_of(*own.daemon, dir.path() / "invite");
  REQUIRE(at(dir.path() / "b", {"join", "-"}, invite).exit_code == 0);
  const Daemon member(dir.path() / "b", {});
  {
    const ManInTheMiddle spy(own.daemon->address(), Meddling::decrypts);
    const auto joined = member.cli({"join", spy.address()});
    CHECK(joined.exit_code == 4);
    CHECK(spy.decrypted() >= 1);  // he did stand between them, with both handshakes done
    // All that he ever had to pass on were the two proofs.
    CHECK(spy.passed() <= spy.decrypted() * 2 * io::kMeshProofBytes);
    CHECK(eventually([&] { return own.daemon->counter("mesh_proofs_wrong") >= 1; }));
    CHECK(member.counter("mesh_proofs_wrong") >= 1);
    CHECK(own.daemon->peer_count() == 0);
    CHECK(member.peer_count() == 0);
  }
  const ManInTheMiddle router(own.daemon->address(), Meddling::forwards);
  CHECK(member.cli({"join", router.address()}).exit_code == 0);
  CHECK(own.daemon->has_peers(1));
}

}  // namespace freshet::testing
