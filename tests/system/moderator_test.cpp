// A class and its moderator: who joins by an invite that names one obeys that one's list.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/daemon.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/temp_dir.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

CliResult at(const fs::path& state, const std::vector<std::string>& args, const fs::path& input) {
  std::vector<std::string> words = {freshet_binary(), "--state", state.string()};
  words.insert(words.end(), args.begin(), args.end());
  return run_program(words, input);
}

/// The same invite, without the moderator that it names.
std::string without_moderator(std::string invite) {
  const std::size_t begin = invite.find("mod=");
  REQUIRE(begin != std::string::npos);
  const std::size_t end = invite.find_first_of("&\n", begin);
  REQUIRE(begin > 0);
  return invite.erase(begin - 1, end - begin + 1);  // with the '&' before it
}

void join_by(const fs::path& state, const fs::path& file, const std::string& invite) {
  write_file(file, invite);
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  REQUIRE(at(state, {"join", "-"}, file).exit_code == 0);
}

std::string id_of_exam(const Daemon& daemon) {
  const auto found =
      daemon.cli({"search", "exam", "--strategy", "flood", "--timeout", "2", "--json"});
  for (const Json& hit : found.events("hit"))
    if (!hit.at("id").is_null()) return hit.at("id");
  return "";
}

std::uint64_t version_at(const Daemon& daemon) {
  return daemon.cli({"block", "--json"}).json().at("version");
}

/// Three in one private mesh, each linked with both others: the teacher, who moderates it and holds
/// a file; a pupil, who joined by the teacher's invite; a guest, whose invite names no moderator.
struct Class {
  TempDir dir;
  std::unique_ptr<Daemon> teacher;
  std::unique_ptr<Daemon> pupil;
  std::unique_ptr<Daemon> guest;

  Class() {
    const fs::path room = dir.path();
    REQUIRE(at(room / "t", {"mesh", "new", "--name", "Room 12", "--moderator", "self"}, "/dev/null")
                .exit_code
            == 0);
    write_file(dir.folder("share") / "exam.txt", "what will be asked");
    teacher =
        std::make_unique<Daemon>(room / "t", DaemonOptions{.paths = {(room / "share").string()}});
    REQUIRE(teacher->has_hashed(1));
    const std::string invite = teacher->cli({"invite"}).out;
    join_by(room / "p", room / "invite", invite);
    join_by(room / "g", room / "bare", without_moderator(invite));
    pupil = std::make_unique<Daemon>(room / "p", DaemonOptions{.peers = {teacher->address()}});
    guest = std::make_unique<Daemon>(
        room / "g", DaemonOptions{.peers = {teacher->address(), pupil->address()}});
    REQUIRE(teacher->has_peers(2));
    REQUIRE(pupil->has_peers(2));
  }
};

}  // namespace

TEST_CASE("a moderator's list is obeyed by whom an invite told of it, and by nobody else") {
  Class room;
  std::string id;
  REQUIRE(eventually([&] { return !(id = id_of_exam(*room.pupil)).empty(); }));
  CHECK(room.teacher->cli({"block", "--sign", id}).exit_code == 0);
  REQUIRE(eventually([&] { return version_at(*room.pupil) == 1; }));
  CHECK(version_at(*room.guest) == 0);

  // The teacher's own node obeys too: a copy at the guest's is what can be found now.
  const auto copy = room.dir.folder("copy");
  write_file(copy / "exam.txt", "what will be asked");
  REQUIRE(room.guest->cli({"share", "add", copy.string()}).exit_code == 0);
  REQUIRE(room.guest->has_hashed(1));
  CHECK(id_of_exam(*room.guest) == id);
  const auto is_refused = [&] {
    CHECK(id_of_exam(*room.pupil).empty());
    CHECK(eventually([&] { return room.pupil->counter("hit_records_blocked") >= 1; }));
    CHECK(room.pupil->cli({"get", id, "--timeout", "2"}).exit_code == 2);
  };
  is_refused();

  room.pupil->kill();
  room.pupil->start_again();
  CHECK(version_at(*room.pupil) == 1);  // before anybody could tell it again
  REQUIRE(room.pupil->has_peers(2));
  is_refused();
  room.guest->kill();
  room.guest->start_again();
  REQUIRE(room.guest->has_peers(2));
  CHECK(version_at(*room.guest) == 0);
  CHECK(id_of_exam(*room.guest) == id);
}

}  // namespace freshet::testing
