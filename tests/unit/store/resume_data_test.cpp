#include "node/store/resume_data.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace freshet::store {

namespace {

ResumeHead some_head() {
  ResumeHead head;
  head.content.bytes.fill(7);
  head.boot.bytes.fill(9);
  head.piece_length = kMinPieceLength;
  head.size_bytes = 20 * kMinPieceLength - 5;
  head.name = "blue boat.jpg";
  head.target_folder = "/home/ada/Downloads";
  head.verified = wire::bt::PieceSet(20);
  head.verified.add(3);
  return head;
}

Bytes with_records(const ResumeHead& head, const std::vector<std::uint32_t>& pieces) {
  std::uint64_t check = 0;
  Bytes bytes = encode_resume_head(head, check);
  for (const std::uint32_t piece : pieces) {
    const auto record = encode_resume_record(check, piece);
    bytes.insert(bytes.end(), record.begin(), record.end());
  }
  return bytes;
}

bool is_prefix(const std::vector<std::uint32_t>& part, const std::vector<std::uint32_t>& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

}  // namespace

TEST_CASE("resume data survives a round trip") {
  const ResumeHead head = some_head();
  const auto data = parse_resume(with_records(head, {1, 19, 0}));
  REQUIRE(data.ok());
  CHECK(data->head == head);
  CHECK(data->journal == std::vector<std::uint32_t>{1, 19, 0});
  CHECK(data->torn_bytes == 0);
}

TEST_CASE("a head says whether it is aside, and one from before that could be is not") {
  std::uint64_t check = 0;
  ResumeHead head = some_head();
  const std::size_t before = encode_resume_head(head, check).size();
  head.aside = true;
  const Bytes bytes = with_records(head, {1});
  CHECK(bytes.size() == before + 1 + kResumeRecordBytes);
  const auto data = parse_resume(bytes);
  REQUIRE(data.ok());
  CHECK(data->head == head);
  CHECK(data->journal == std::vector<std::uint32_t>{1});
}

TEST_CASE(
    "resume data cut anywhere gives an error or a beginning of its journal, never another piece") {
  const std::vector<std::uint32_t> pieces = {5, 6, 7, 11};
  const Bytes whole = with_records(some_head(), pieces);
  const std::size_t head_bytes = whole.size() - pieces.size() * kResumeRecordBytes;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto data = parse_resume(ByteView(whole).first(length));
    CAPTURE(length);
    REQUIRE(data.ok() == (length >= head_bytes));
    if (!data) continue;
    CHECK(data->head == some_head());
    CHECK(data->journal.size() == (length - head_bytes) / kResumeRecordBytes);
    CHECK(is_prefix(data->journal, pieces));
  }
}

TEST_CASE("resume data garbled in any byte gives an error or a beginning of its journal") {
  const std::vector<std::uint32_t> pieces = {5, 6, 7, 11};
  const Bytes whole = with_records(some_head(), pieces);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (unsigned change = 1; change < 256; change = change * 3 + 1) {
      Bytes garbled = whole;
      garbled[at] = static_cast<Byte>(garbled[at] ^ change);
      const auto data = parse_resume(garbled);
      CAPTURE(at);
      if (!data) continue;
      REQUIRE(data->head == some_head());
      REQUIRE(data->journal.size() < pieces.size());
      REQUIRE(is_prefix(data->journal, pieces));
    }
  }
}

TEST_CASE("records of another head do not count") {
  ResumeHead other = some_head();
  other.verified.add(4);
  std::uint64_t check = 0;
  Bytes bytes = encode_resume_head(some_head(), check);
  std::uint64_t other_check = 0;
  static_cast<void>(encode_resume_head(other, other_check));
  const auto record = encode_resume_record(other_check, 1);
  bytes.insert(bytes.end(), record.begin(), record.end());
  CHECK(parse_resume(bytes)->journal.empty());
}

TEST_CASE("what is beyond the limits is not valid") {
  CHECK(is_valid(some_head()));
  std::vector<ResumeHead> bad(9, some_head());
  bad[0].name = "a/b";
  bad[1].name = "..";
  bad[2].name = "";
  bad[3].name = std::string(256, 'a');
  bad[4].target_folder = "relative";
  bad[5].piece_length = kMinPieceLength + 1;
  bad[6].size_bytes = ~std::uint64_t{0};
  bad[7].verified = wire::bt::PieceSet(21);
  bad[8].target_folder = std::string("/a\0b", 4);
  for (const ResumeHead& head : bad) CHECK_FALSE(is_valid(head));
}

TEST_CASE("an empty content has no pieces and is complete") {
  ResumeHead head = some_head();
  head.size_bytes = 0;
  head.verified = wire::bt::PieceSet(0);
  const auto data = parse_resume(with_records(head, {}));
  REQUIRE(data.ok());
  CHECK(data->head.verified.all());
}

}  // namespace freshet::store
