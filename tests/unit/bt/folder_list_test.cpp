#include "node/wire/bt/folder_list.h"

#include <doctest/doctest.h>

#include "node/wire/bt/bencode.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;  // NOLINT(google-build-using-namespace): a test

namespace {

ContentId id_of(Byte first) {
  ContentId id;
  id.bytes[0] = first;
  return id;
}

ListedFile file(std::vector<std::string> path, std::uint64_t size) {
  return {.path = std::move(path),
          .size_bytes = size,
          .content = size == 0 ? std::nullopt : std::optional(id_of(7))};
}

FolderList album() {
  return {.bundle = id_of(9),
          .files = {file({"a", "b", "deep.txt"}, 10),
                    file({"a", "c.txt"}, kMaxBundledBytes + 1),
                    file({"a.txt"}, 0),
                    file({"z"}, kMaxBundledBytes)}};
}

std::string text(const FolderList& list) {
  return std::string(text_of(encode_folder_list(list)));
}

Result<FolderList> read(const std::string& bytes) {
  return read_folder_list(bytes_of(bytes));
}

}  // namespace

TEST_CASE("a folder's list is read as it was written") {
  const FolderList list = album();
  REQUIRE(check_folder_list(list));
  const auto again = read(text(list));
  REQUIRE(again);
  CHECK(*again == list);
  CHECK(again->size_bytes() == 10 + 2 * kMaxBundledBytes + 1);
  CHECK(again->bundle_bytes() == 10 + kMaxBundledBytes);
}

TEST_CASE("the files of a list are a file tree of BEP 52") {
  const FolderList list{.bundle = std::nullopt, .files = {file({"f", "e"}, 0)}};
  CHECK(text(list) == "d9:file treed1:fd1:ed0:d6:lengthi0eeeeee");
}

TEST_CASE("a list whose paths leave the folder or hide one another is refused") {
  const auto refused = [](std::vector<ListedFile> files) {
    const FolderList list{.bundle = id_of(9), .files = std::move(files)};
    CHECK(!check_folder_list(list));
    CHECK(!read(text(list)));
  };
  refused({file({".."}, 1)});
  refused({file({"a", ".", "b"}, 1)});
  refused({file({"a/b"}, 1)});
  refused({file({std::string("a\0b", 3)}, 1)});
  refused({file({std::string(256, 'x')}, 1)});
  refused({file({"a"}, 1), file({"a", "b"}, 1)});
  refused({file({"a"}, 1), file({"a"}, 1)});
  refused({file({"b"}, 1), file({"a"}, 1)});
  refused({file(std::vector<std::string>(65, "d"), 1)});
}

TEST_CASE("a list without files, with ids that do not fit or of another encoding is refused") {
  CHECK(!read("d9:file treedee"));
  CHECK(!read("de"));
  CHECK(!read(""));
  CHECK(!read("i1e"));
  FolderList list = album();
  list.bundle.reset();
  CHECK(!read(text(list)));
  list = album();
  list.files.front().content.reset();
  CHECK(!check_folder_list(list));
  list = album();
  list.files.front().size_bytes = UINT64_MAX / 2;
  CHECK(!check_folder_list(list));
  // One key more, and the same folder would have two ids.
  CHECK(!read("d9:file treed1:ed0:d6:lengthi0eeee1:xi1ee"));
  CHECK(read("d9:file treed1:ed0:d6:lengthi0eeeee"));
}

TEST_CASE("a list of more files than a folder may have is refused") {
  FolderList list{.bundle = id_of(9), .files = {}};
  for (std::size_t i = 0; i <= kMaxFolderFiles; ++i)
    list.files.push_back(file({std::to_string(1'000'000 + i)}, 1));
  CHECK(!check_folder_list(list));
  CHECK(!read(text(list)));
  list.files.pop_back();
  CHECK(read(text(list)));
}
