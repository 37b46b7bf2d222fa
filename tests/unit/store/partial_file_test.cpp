#include "node/store/partial_file.h"

#include <doctest/doctest.h>

#include "node/store/boot_id.h"
#include "node/store/downloads.h"
#include "node/wire/bt/merkle.h"
#include "tests/unit/store/process.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

namespace {

constexpr std::size_t kPiece = kMinPieceLength;

/// A content, and a state with a downloads folder to fetch it into.
struct Fetch {
  explicit Fetch(std::size_t size = 5 * kPiece - 100, const std::string& target = {})
      : text(noise(size, size)) {
    std::filesystem::create_directory(downloads);
    wire::bt::TreeBuilder builder(size);
    builder.feed(bytes_of(text));
    spec.content = builder.finish()->root;
    spec.size_bytes = size;
    spec.piece_length = kMinPieceLength;
    spec.name = "boat.jpg";
    spec.target_folder = target.empty() ? temp / "target" : target;
  }
  [[nodiscard]] ByteView piece(std::uint32_t index) const {
    return bytes_of(std::string_view(text).substr(index * kPiece, kPiece));
  }
  [[nodiscard]] Result<PartialFile> open() const { return PartialFile::open(downloads, spec); }
  [[nodiscard]] std::string path_of(const std::string& suffix) const {
    return downloads + "/" + spec.content.hex() + suffix;
  }
  void complete(PartialFile& file) const {
    for (std::uint32_t i = 0; i < file.verified().size(); ++i)
      REQUIRE(file.write_piece(i, piece(i)).ok());
  }

  TempFolder temp;
  std::string downloads = temp / "downloads";
  std::string text;
  PartialSpec spec;
};

std::vector<std::uint32_t> pieces_in(const wire::bt::PieceSet& set) {
  std::vector<std::uint32_t> pieces;
  for (std::uint32_t i = 0; i < set.size(); ++i) {
    if (set.has(i)) pieces.push_back(i);
  }
  return pieces;
}

}  // namespace

TEST_CASE("a download is written piece by piece and appears whole under its name") {
  const Fetch fetch;
  auto file = fetch.open();
  REQUIRE(file.ok());
  CHECK(file->piece_size(4) == kPiece - 100);
  for (const std::uint32_t i : {4U, 0U, 2U, 1U}) REQUIRE(file->write_piece(i, fetch.piece(i)).ok());
  CHECK(file->verified_bytes() == 4 * kPiece - 100);
  CHECK_FALSE(file->finish().ok());
  CHECK_FALSE(file_exists(fetch.temp / "target/boat.jpg"));
  REQUIRE(file->write_piece(3, fetch.piece(3)).ok());
  CHECK(file->verified_bytes() == fetch.text.size());
  const auto path = file->finish();
  REQUIRE(path.ok());
  CHECK(*path == fetch.temp / "target/boat.jpg");
  CHECK(read_text(*path) == fetch.text);
  CHECK(std::filesystem::is_empty(fetch.downloads));
}

TEST_CASE("an empty file is complete at once") {
  const Fetch fetch(0);
  auto file = fetch.open();
  REQUIRE(file.ok());
  const auto path = file->finish();
  REQUIRE(path.ok());
  CHECK(std::filesystem::file_size(*path) == 0);
}

TEST_CASE("a daemon killed midway goes on with every piece that it had recorded") {
  const Fetch fetch;
  in_killed_child([&] {
    auto file = fetch.open();
    FRESHET_CHECK(file && file->write_piece(0, fetch.piece(0))
                  && file->write_piece(3, fetch.piece(3)));
    FRESHET_CHECK(file->write_at(kPiece, fetch.piece(1)));  // written, not verified
  });
  const auto left = list_downloads(fetch.downloads);
  REQUIRE(left.ok());
  REQUIRE(left->unfinished.size() == 1);
  CHECK(left->unfinished[0].head.name == "boat.jpg");
  CHECK(left->unfinished[0].head.target_folder == fetch.spec.target_folder);
  CHECK(left->unfinished[0].verified_bytes == 2 * kPiece);

  auto file = PartialFile::resume(fetch.downloads, fetch.spec.content);
  REQUIRE(file.ok());
  CHECK(pieces_in(file->verified()) == std::vector<std::uint32_t>{0, 3});
  Bytes out(kPiece);
  REQUIRE(file->read_at(3 * kPiece, out).ok());
  CHECK(text_of(out) == text_of(fetch.piece(3)));
  for (const std::uint32_t i : {1U, 2U, 4U}) REQUIRE(file->write_piece(i, fetch.piece(i)).ok());
  CHECK(read_text(*file->finish()) == fetch.text);
}

TEST_CASE("after a power cut only what a checkpoint covered counts") {
  const Fetch fetch;
  {
    auto file = fetch.open();
    REQUIRE(file->write_piece(0, fetch.piece(0)).ok());
    REQUIRE(file->checkpoint().ok());
    REQUIRE(file->write_piece(1, fetch.piece(1)).ok());
  }
  // The same file, as an earlier boot would have left it.
  auto data = parse_resume(bytes_of(read_text(fetch.path_of(".resume"))));
  REQUIRE(data.ok());
  REQUIRE(data->journal == std::vector<std::uint32_t>{1});
  data->head.boot.bytes[0] = static_cast<Byte>(data->head.boot.bytes[0] ^ 1U);
  std::uint64_t check = 0;
  std::string bytes(text_of(encode_resume_head(data->head, check)));
  bytes += text_of(encode_resume_record(check, 1));
  fetch.temp.write("downloads/" + fetch.spec.content.hex() + ".resume", bytes);
  CHECK(list_downloads(fetch.downloads)->unfinished.at(0).verified_bytes == kPiece);
  CHECK(pieces_in(fetch.open()->verified()) == std::vector<std::uint32_t>{0});
}

TEST_CASE("a resume file torn or garbled at any byte never makes a missing piece count") {
  const Fetch fetch;
  {
    auto file = fetch.open();
    for (const std::uint32_t i : {0U, 2U, 3U}) REQUIRE(file->write_piece(i, fetch.piece(i)).ok());
  }
  const std::string whole = read_text(fetch.path_of(".resume"));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    CAPTURE(at);
    std::string garbled = whole;
    garbled[at] = static_cast<char>(garbled[at] ^ 0x55);
    for (const std::string& text : {whole.substr(0, at), garbled}) {
      fetch.temp.write("downloads/" + fetch.spec.content.hex() + ".resume", text);
      auto file = fetch.open();
      REQUIRE(file.ok());
      for (const std::uint32_t piece : pieces_in(file->verified())) {
        CHECK((piece == 0 || piece == 2 || piece == 3));
      }
      CHECK(file->restarted() == (file->verified().none() && at < whole.size() - 24));
    }
  }
}

TEST_CASE("a record torn by a crash is written over by the next one") {
  const Fetch fetch;
  {
    auto file = fetch.open();
    REQUIRE(file->write_piece(0, fetch.piece(0)).ok());
  }
  std::ofstream(fetch.path_of(".resume"), std::ios::app | std::ios::binary) << "torn";
  { REQUIRE(fetch.open()->write_piece(1, fetch.piece(1)).ok()); }
  CHECK(pieces_in(fetch.open()->verified()) == std::vector<std::uint32_t>{0, 1});
}

TEST_CASE("a .part that somebody removed or cut starts again from nothing") {
  const Fetch fetch;
  { REQUIRE(fetch.open()->write_piece(0, fetch.piece(0)).ok()); }
  std::filesystem::resize_file(fetch.path_of(".part"), 10);
  CHECK(fetch.open()->verified().none());
  { REQUIRE(fetch.open()->write_piece(0, fetch.piece(0)).ok()); }
  std::filesystem::remove(fetch.path_of(".part"));
  CHECK(list_downloads(fetch.downloads)->unfinished.at(0).verified_bytes == 0);
  CHECK(fetch.open()->verified().none());
}

TEST_CASE("getting it again with another folder changes where it goes and keeps the pieces") {
  Fetch fetch;
  { REQUIRE(fetch.open()->write_piece(0, fetch.piece(0)).ok()); }
  fetch.spec.target_folder = fetch.temp / "elsewhere/deep";
  fetch.spec.name = "ship.jpg";
  auto file = fetch.open();
  REQUIRE(file.ok());
  CHECK(file->verified().count() == 1);
  fetch.complete(*file);
  CHECK(*file->finish() == fetch.temp / "elsewhere/deep/ship.jpg");
}

TEST_CASE("what was aside can be wanted whole midway, for a later run too") {
  Fetch fetch;
  fetch.spec.aside = true;
  {
    auto file = fetch.open();
    REQUIRE(file->write_piece(0, fetch.piece(0)).ok());
    CHECK_FALSE(file->retarget("ship.jpg", "nowhere").ok());
    CHECK(file->head().aside);
    REQUIRE(file->retarget("../ship.jpg", fetch.temp / "elsewhere/deep").ok());
  }
  CHECK_FALSE(list_downloads(fetch.downloads)->unfinished.at(0).head.aside);
  auto file = PartialFile::resume(fetch.downloads, fetch.spec.content);
  REQUIRE(file.ok());
  CHECK(file->verified().count() == 1);
  fetch.complete(*file);
  const auto path = file->finish();
  REQUIRE(path.ok());
  CHECK(std::filesystem::path(*path).parent_path() == fetch.temp / "elsewhere/deep");
  CHECK(path->ends_with("ship.jpg"));
}

TEST_CASE("a claim of another size under the same id is refused") {
  Fetch fetch;
  REQUIRE(fetch.open().ok());
  fetch.spec.size_bytes += 1;
  CHECK_FALSE(fetch.open().ok());
}

TEST_CASE("a different file of that name is never replaced") {
  const Fetch fetch;
  fetch.temp.write("target/boat.jpg", "mine");
  fetch.temp.write("target/boat (2).jpg", std::string(fetch.text.size(), 'x'));
  auto file = fetch.open();
  fetch.complete(*file);
  CHECK(*file->finish() == fetch.temp / "target/boat (3).jpg");
  CHECK(read_text(fetch.temp / "target/boat.jpg") == "mine");
  CHECK(read_text(fetch.temp / "target/boat (3).jpg") == fetch.text);
}

TEST_CASE("the very same content under that name stays, and there is one file") {
  const Fetch fetch;
  fetch.temp.write("target/boat.jpg", fetch.text);
  const FileStamp before = stamp_at(fetch.temp / "target/boat.jpg");
  auto file = fetch.open();
  fetch.complete(*file);
  CHECK(*file->finish() == fetch.temp / "target/boat.jpg");
  CHECK(stamp_at(fetch.temp / "target/boat.jpg") == before);
  CHECK(std::distance(std::filesystem::directory_iterator(fetch.temp / "target"), {}) == 1);
  CHECK(std::filesystem::is_empty(fetch.downloads));
}

TEST_CASE("a symlink under that name is not written through") {
  const Fetch fetch;
  fetch.temp.write("precious", "keep");
  std::filesystem::create_directory(fetch.temp / "target");
  std::filesystem::create_symlink(fetch.temp / "precious", fetch.temp / "target/boat.jpg");
  auto file = fetch.open();
  fetch.complete(*file);
  CHECK(*file->finish() == fetch.temp / "target/boat (2).jpg");
  CHECK(read_text(fetch.temp / "precious") == "keep");
}

TEST_CASE("a hostile name stays inside the target folder") {
  Fetch fetch;
  fetch.spec.name = "../../" + std::string(300, 'x') + "/.ssh/authorized_keys";
  auto file = fetch.open();
  REQUIRE(file.ok());
  fetch.complete(*file);
  const auto path = file->finish();
  REQUIRE(path.ok());
  CHECK(std::filesystem::path(*path).parent_path() == fetch.spec.target_folder);
}

TEST_CASE("a finished file crosses file systems whole") {
  if (!std::filesystem::is_directory("/dev/shm") || ::access("/dev/shm", W_OK) != 0) return;
  const TempFolder elsewhere("/dev/shm");
  const Fetch fetch(3 * kPiece, elsewhere / "target");
  if (stamp_at(elsewhere.path()).device == stamp_at(fetch.temp.path()).device) return;
  elsewhere.write("target/boat.jpg", "mine");
  auto file = fetch.open();
  fetch.complete(*file);
  const auto path = file->finish();
  REQUIRE(path.ok());
  CHECK(*path == elsewhere / "target/boat (2).jpg");
  CHECK(read_text(*path) == fetch.text);
  CHECK(std::filesystem::is_empty(fetch.downloads));
  CHECK(std::distance(std::filesystem::directory_iterator(elsewhere / "target"), {}) == 2);
}

TEST_CASE("a crash between naming the file and forgetting the download leaves nothing to do") {
  const Fetch fetch;
  std::string resume;
  {
    auto file = fetch.open();
    fetch.complete(*file);
    resume = read_text(fetch.path_of(".resume"));
    REQUIRE(file->finish().ok());
  }
  fetch.temp.write("downloads/" + fetch.spec.content.hex() + ".resume", resume);
  const auto left = list_downloads(fetch.downloads);
  REQUIRE(left.ok());
  CHECK(left->unfinished.empty());
  CHECK(std::filesystem::is_empty(fetch.downloads));
}

TEST_CASE(
    "a full disk is a clear error, records nothing, and the download goes on when there is room") {
  const Fetch fetch;
  auto file = fetch.open();
  REQUIRE(file->write_piece(0, fetch.piece(0)).ok());
  {
    const FileSizeLimit limit(2 * kPiece);
    const auto full = file->write_piece(2, fetch.piece(2));
    REQUIRE_FALSE(full.ok());
    CHECK(full.error().code == ErrorCode::io);
    CHECK(pieces_in(file->verified()) == std::vector<std::uint32_t>{0});
  }
  REQUIRE(file->write_piece(2, fetch.piece(2)).ok());
  CHECK(pieces_in(fetch.open()->verified()) == std::vector<std::uint32_t>{0, 2});
}

TEST_CASE("a full disk while the bitmap is renewed loses no piece") {
  const Fetch fetch;
  auto file = fetch.open();
  REQUIRE(file->write_piece(0, fetch.piece(0)).ok());
  {
    const FileSizeLimit limit(16);
    CHECK_FALSE(file->checkpoint().ok());
    CHECK_FALSE(file->record(1).ok());
  }
  CHECK(list_downloads(fetch.downloads)->unfinished.at(0).verified_bytes == kPiece);
  REQUIRE(file->write_piece(1, fetch.piece(1)).ok());
  CHECK(pieces_in(fetch.open()->verified()) == std::vector<std::uint32_t>{0, 1});
}

TEST_CASE("more than the disk has free is refused before anything is fetched") {
  Fetch fetch;
  fetch.spec.size_bytes = std::uint64_t{1} << 42U;  // 4 TiB; sparse would go a long way
  fetch.spec.piece_length = 1U << 30U;
  if (std::filesystem::space(fetch.temp.path()).available > fetch.spec.size_bytes) return;
  const auto refused = fetch.open();
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find("free") != std::string::npos);
  CHECK(std::filesystem::is_empty(fetch.downloads));
}

TEST_CASE("what is only read in parts needs no space for the rest, until it is wanted whole") {
  Fetch fetch;
  fetch.spec.size_bytes = std::uint64_t{1} << 42U;
  fetch.spec.piece_length = 1U << 30U;
  fetch.spec.aside = true;
  if (std::filesystem::space(fetch.temp.path()).available > fetch.spec.size_bytes) return;
  auto file = fetch.open();
  REQUIRE(file.ok());
  const auto refused = file->retarget("ship.jpg", fetch.temp / "elsewhere");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find("free") != std::string::npos);
  REQUIRE(file->checkpoint().ok());
  const auto left = list_downloads(fetch.downloads);
  CHECK(left->unfinished.at(0).head == file->head());
  CHECK(file->head().aside);
  CHECK(file->head().target_folder == fetch.spec.target_folder);
  CHECK(PartialFile::resume(fetch.downloads, fetch.spec.content).ok());
}

TEST_CASE("a target folder that cannot be written is refused before anything is fetched") {
  const Fetch fetch;
  const std::string file = fetch.temp.write("target", "a file");
  const auto refused = fetch.open();
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::io);
  CHECK(refused.error().message.find(file) != std::string::npos);
}

TEST_CASE("bytes outside of the file and pieces of a wrong length are refused") {
  const Fetch fetch;
  auto file = fetch.open();
  Bytes bytes(kPiece);
  CHECK_FALSE(file->write_piece(5, bytes).ok());
  CHECK_FALSE(file->write_piece(4, bytes).ok());
  CHECK_FALSE(file->write_at(fetch.text.size() - 1, bytes).ok());
  CHECK_FALSE(file->write_at(~std::uint64_t{0}, bytes).ok());
  CHECK_FALSE(file->read_at(fetch.text.size(), bytes).ok());
  CHECK_FALSE(file->record(5).ok());
}

TEST_CASE("a discarded download is gone, and discarding nothing is fine") {
  const Fetch fetch;
  { REQUIRE(fetch.open()->write_piece(0, fetch.piece(0)).ok()); }
  CHECK(PartialFile::discard(fetch.downloads, fetch.spec.content).ok());
  CHECK(PartialFile::discard(fetch.downloads, fetch.spec.content).ok());
  CHECK(std::filesystem::is_empty(fetch.downloads));
  CHECK(PartialFile::resume(fetch.downloads, fetch.spec.content).error().code
        == ErrorCode::not_found);
}

TEST_CASE("strange files in the downloads folder are told, and do not hide the good ones") {
  const Fetch fetch;
  REQUIRE(fetch.open().ok());
  fetch.temp.write("downloads/zz.resume", "nonsense");
  fetch.temp.write("downloads/notes.txt", "");
  const auto left = list_downloads(fetch.downloads);
  REQUIRE(left.ok());
  CHECK(left->unfinished.size() == 1);
  CHECK(left->damaged == std::vector<std::string>{fetch.downloads + "/zz.resume"});
  CHECK(list_downloads(fetch.temp / "none")->unfinished.empty());
}

TEST_CASE("the journal stays short however many pieces come") {
  Fetch fetch(0);
  fetch.spec.size_bytes = 5000 * kPiece;  // the bytes do not matter here
  auto file = fetch.open();
  REQUIRE(file.ok());
  for (std::uint32_t i = 0; i < 5000; ++i) REQUIRE(file->record(i).ok());
  CHECK(std::filesystem::file_size(fetch.path_of(".resume")) < 40'000);
  CHECK(fetch.open()->complete());
}

TEST_CASE("the boot id is there on Linux and trusted only when it is") {
  CHECK_FALSE(current_boot().is_zero());
  CHECK(is_same_boot(current_boot(), current_boot()));
  CHECK_FALSE(is_same_boot(BootId{}, BootId{}));
}

}  // namespace freshet::store
