#include "node/store/mesh_file.h"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tests/unit/store/temp_folder.h"

namespace freshet::store {
namespace {

StatePaths paths_in(const TempFolder& folder) {
  return resolve_state(folder.path(), Environment{}).value();
}

Mesh made(const std::string& name) {
  return make_mesh(name, std::nullopt).value();
}

void write(const std::string& file, const std::string& text) {
  std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("without a file a node is of the open mesh") {
  const TempFolder folder;
  const auto mesh = load_mesh(paths_in(folder).mesh);
  REQUIRE(mesh.ok());
  CHECK_FALSE(mesh->is_private());
  CHECK(mesh->id() == "open");
  CHECK(mesh->title() == "the open mesh");
}

TEST_CASE("a mesh is kept for its owner alone, and read again") {
  const TempFolder folder;
  const auto paths = paths_in(folder);
  Mesh mesh = made("Room 12");
  mesh.moderator = NodeKey{};
  REQUIRE(save_mesh(paths, mesh).ok());
  struct stat info {};
  REQUIRE(::stat(paths.mesh.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  const auto again = load_mesh(paths.mesh);
  REQUIRE(again.ok());
  CHECK(*again == mesh);
  CHECK(again->id() == mesh.id());
  CHECK(again->id().size() == 16);
}

TEST_CASE("two meshes have different keys and ids") {
  CHECK(made("a").id() != made("a").id());
  CHECK_FALSE(made("a") == made("a"));
}

TEST_CASE("a key that others may read, and a damaged file, are errors that say what to do") {
  const TempFolder folder;
  const auto paths = paths_in(folder);
  REQUIRE(save_mesh(paths, made("")).ok());
  REQUIRE(::chmod(paths.mesh.c_str(), 0644) == 0);
  const auto open = load_mesh(paths.mesh);
  REQUIRE_FALSE(open.ok());
  CHECK(open.error().message.find("chmod 600") != std::string::npos);
  for (const std::string& text :
       {std::string("freshet:1?key=x"), std::string(10'000, 'x'), std::string()}) {
    write(paths.mesh, text);
    const auto damaged = load_mesh(paths.mesh);
    REQUIRE_FALSE(damaged.ok());
    CHECK(damaged.error().code == ErrorCode::io);
    CHECK(damaged.error().message.find("damaged") != std::string::npos);
  }
}

TEST_CASE("hosts of another mesh go with the move, those of the same mesh stay") {
  const TempFolder folder;
  const auto paths = paths_in(folder);
  write(paths.host_cache, "freshet-hosts 1\n");
  Mesh mesh = made("");
  REQUIRE(save_mesh(paths, mesh).ok());
  CHECK_FALSE(std::filesystem::exists(paths.host_cache));
  write(paths.host_cache, "freshet-hosts 1\n");
  mesh.name = "named later";
  REQUIRE(save_mesh(paths, mesh).ok());
  CHECK(std::filesystem::exists(paths.host_cache));
}

TEST_CASE("who leaves a mesh keeps its key aside, unless it is to be forgotten") {
  const TempFolder folder;
  const auto paths = paths_in(folder);
  const Mesh mesh = made("");
  REQUIRE(save_mesh(paths, mesh).ok());
  REQUIRE(leave_mesh(paths, false).ok());
  CHECK_FALSE(load_mesh(paths.mesh)->is_private());
  CHECK(*load_mesh(paths.mesh + ".left") == mesh);
  REQUIRE(save_mesh(paths, made("")).ok());
  REQUIRE(leave_mesh(paths, true).ok());
  CHECK_FALSE(std::filesystem::exists(paths.mesh));
  CHECK_FALSE(std::filesystem::exists(paths.mesh + ".left"));
}

TEST_CASE("a private mesh is joined from the open one, or again; never from another") {
  const Mesh one = made("one");
  const Mesh two = made("two");
  CHECK(*joined_mesh(Mesh{}, one) == one);
  CHECK(joined_mesh(one, two).error().code == ErrorCode::wrong_key);
  CHECK(joined_mesh(one, Mesh{}).error().code == ErrorCode::wrong_key);
  Mesh nameless = one;
  nameless.name.clear();
  nameless.moderator = NodeKey{};
  const auto again = joined_mesh(one, nameless);
  REQUIRE(again.ok());
  CHECK(again->name == "one");
  CHECK(again->moderator);
  CHECK(joined_mesh(*again, one)->moderator);
}

}  // namespace freshet::store
