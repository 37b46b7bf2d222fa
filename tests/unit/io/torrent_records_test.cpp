// What a publication record is judged as, on real files; and the torrents that were found true.
#include <string>

#include <doctest/doctest.h>

#include "node/io/host/others_torrents.h"
#include "node/io/host/record_judge.h"
#include "node/store/hasher.h"
#include "node/store/signer.h"
#include "node/store/torrent_pieces.h"
#include "node/wire/overlay/publication.h"
#include "tests/support/eventually.h"
#include "tests/unit/io/loop.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::io {
namespace {

using wire::bt::TorrentInfo;
using wire::bt::TorrentKind;

// RFC 8032, section 7.1: test 1.
constexpr std::string_view kSecret =
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
constexpr std::string_view kPublisher =
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
constexpr std::uint32_t kPieceLength = 16384;

/// A file that is here, and torrents of it.
struct Shelf {
  store::TempFolder folder;
  std::string path = folder.write("boat.bin", store::noise(1, 50'000));
  store::FileRef file = store::ref_to(folder, "boat.bin");
  store::ContentInfo content = *store::hash_file(file);

  [[nodiscard]] TorrentInfo info(TorrentKind kind = TorrentKind::v1) const {
    TorrentInfo made;
    made.kind = kind;
    made.name = "boat.bin";
    made.size_bytes = content.size_bytes;
    made.piece_length = kPieceLength;
    if (wire::bt::has_v1(kind)) made.pieces = *store::torrent_pieces(file, kPieceLength);
    if (wire::bt::has_v2(kind)) made.root = content.id;
    return made;
  }
  [[nodiscard]] AskedTorrent asked(const TorrentInfo& of) const {
    return {.name = wire::bt::names_of(of.kind, wire::bt::encode_info(of)).one(),
            .content = content.id};
  }
  [[nodiscard]] RecordVerdict judge(const TorrentInfo& of) const {
    const store::Published torrent{
        .content = content.id, .info = of, .encoded_info = wire::bt::encode_info(of)};
    return judge_torrent(torrent, SharedContent{.info = content, .files = {file}}, {});
  }
};

Bytes record_of(const TorrentInfo& info, const AskedTorrent& named) {
  const Bytes encoded = wire::bt::encode_info(info);
  const Bytes record = wire::encode_publication({.publisher = *NodeKey::from_hex(kPublisher),
                                                 .content = named.content,
                                                 .info_hash = named.name,
                                                 .info = encoded});
  const auto signer = store::Signer::make(NodeKey::from_hex(kSecret)->view());
  return wire::encode_signed_publication(record, signer->sign(kPublicationLabel, record));
}

}  // namespace

TEST_CASE("a true record opens, and its torrent is found true of each version") {
  const Shelf shelf;
  for (const TorrentKind kind : {TorrentKind::v1, TorrentKind::hybrid, TorrentKind::v2}) {
    const TorrentInfo info = shelf.info(kind);
    const AskedTorrent asked = shelf.asked(info);
    const OpenedRecord opened = open_record(record_of(info, asked), asked);
    CHECK(opened.verdict == RecordVerdict::good);
    CHECK(opened.publisher == *NodeKey::from_hex(kPublisher));
    CHECK(opened.torrent.info == info);
    CHECK(shelf.judge(opened.torrent.info) == RecordVerdict::good);
  }
}

TEST_CASE("a record that was altered on its way, or is none, opens as nothing") {
  const Shelf shelf;
  const AskedTorrent asked = shelf.asked(shelf.info());
  Bytes record = record_of(shelf.info(), asked);
  record[200] ^= 1U;  // in the info dictionary
  CHECK(open_record(record, asked).verdict == RecordVerdict::forged);
  CHECK(open_record({}, asked).verdict == RecordVerdict::malformed);
  CHECK(open_record(Bytes(1000, 'x'), asked).verdict == RecordVerdict::malformed);
}

TEST_CASE("a record of another torrent or content than was asked about is refused") {
  const Shelf shelf;
  const TorrentInfo info = shelf.info();
  const AskedTorrent asked = shelf.asked(info);
  AskedTorrent other = asked;
  other.name.bytes.fill(1);
  // It says truly what it is, and falsely.
  CHECK(open_record(record_of(info, asked), other).verdict == RecordVerdict::wrong_name);
  CHECK(open_record(record_of(info, other), other).verdict == RecordVerdict::wrong_name);
  other = asked;
  other.content.bytes.fill(1);
  CHECK(open_record(record_of(info, asked), other).verdict == RecordVerdict::wrong_name);
}

TEST_CASE("a torrent of other bytes is found false, by what it says or by its pieces") {
  const Shelf shelf;
  TorrentInfo info = shelf.info();
  info.pieces.back() ^= 1U;
  CHECK(shelf.judge(info) == RecordVerdict::wrong_pieces);
  info = shelf.info();
  info.pieces.front() ^= 1U;
  CHECK(shelf.judge(info) == RecordVerdict::wrong_pieces);
  info = shelf.info();
  info.size_bytes -= 1;
  CHECK(shelf.judge(info) == RecordVerdict::other_content);
  info = shelf.info(TorrentKind::hybrid);
  info.root->bytes[0] ^= 1U;
  CHECK(shelf.judge(info) == RecordVerdict::other_content);
  info = shelf.info();
  info.files = {{.path = {"boat.bin"}, .size_bytes = info.size_bytes}};
  CHECK(shelf.judge(info) == RecordVerdict::other_content);
}

TEST_CASE("a file that changed or went cannot be read; that says nothing about the torrent") {
  const Shelf shelf;
  store::touch_later(shelf.path);
  CHECK(shelf.judge(shelf.info(TorrentKind::v2)) == RecordVerdict::good);  // it reads nothing
  Shelf gone;
  const TorrentInfo info = gone.info();
  std::filesystem::remove(gone.path);
  const RecordVerdict verdict = gone.judge(info);
  CHECK(verdict == RecordVerdict::unreadable);
  CHECK_FALSE(is_final(verdict));
}

namespace {

/// Torrents of others as a node keeps them, and its clock.
struct Kept {
  store::TempFolder folder;
  asio::io_context io;
  TimePoint now{std::chrono::seconds(1)};
  WorkerPool pool{io, 1, false};
  OthersTorrents torrents{pool, folder / "others", [this] {
                            return now;
                          }};

  static store::Published torrent(Byte content, const std::string& name) {
    TorrentInfo info;
    info.name = name;
    info.size_bytes = 1;
    info.piece_length = kPieceLength;
    info.pieces.assign(20, content);
    store::Published made{.content = {}, .info = info, .encoded_info = wire::bt::encode_info(info)};
    made.content.bytes.fill(content);
    return made;
  }
  static InfoHash name_of(const store::Published& torrent) {
    return wire::bt::names_of(torrent.info.kind, torrent.encoded_info).one();
  }
};

}  // namespace

TEST_CASE("torrents of others are found again in the next run") {
  Kept kept;
  const auto torrent = Kept::torrent(1, "boat");
  kept.torrents.add(torrent);
  CHECK(kept.torrents.find(Kept::name_of(torrent)) != nullptr);
  const std::string file =
      kept.folder / ("others/" + torrent.content.hex() + "." + Kept::name_of(torrent).hex());
  REQUIRE(testing::eventually([&] { return store::file_exists(file); }));
  OthersTorrents next(kept.pool, kept.folder / "others", [&] { return kept.now; });
  next.recall();
  REQUIRE(testing::eventually([&] {
    test::run_ready(kept.io);
    return next.size() == 1;
  }));
  const auto found = next.find(Kept::name_of(torrent));
  REQUIRE(found);
  CHECK(found->content == torrent.content);
  CHECK(found->encoded_info == torrent.encoded_info);
}

TEST_CASE("of one content few are kept, and the one that nobody used for long gives way") {
  Kept kept;
  for (std::size_t i = 0; i < OthersTorrents::kMaxPerContent; ++i)
    kept.torrents.add(Kept::torrent(1, "boat" + std::to_string(i)));
  ContentId content;
  content.bytes.fill(1);
  CHECK_FALSE(kept.torrents.has_room(content));
  kept.torrents.add(Kept::torrent(1, "another"));
  CHECK(kept.torrents.size() == OthersTorrents::kMaxPerContent);
  kept.now += OthersTorrents::kInUse;
  CHECK(kept.torrents.find(Kept::name_of(Kept::torrent(1, "boat0"))) != nullptr);
  CHECK(kept.torrents.has_room(content));
  kept.torrents.add(Kept::torrent(1, "another"));
  CHECK(kept.torrents.size() == OthersTorrents::kMaxPerContent);
  CHECK(kept.torrents.forgotten() == 1);
  CHECK(kept.torrents.find(Kept::name_of(Kept::torrent(1, "boat0"))) != nullptr);
  CHECK(kept.torrents.find(Kept::name_of(Kept::torrent(1, "boat1"))) == nullptr);
  CHECK(kept.torrents.find(Kept::name_of(Kept::torrent(1, "another"))) != nullptr);
}

TEST_CASE("large info dictionaries of others find room for so many bytes, and no more") {
  Kept kept;
  constexpr std::size_t kLarge = std::size_t{4} << 20U;
  const auto large = [](Byte content) {
    store::Published torrent = Kept::torrent(content, "large");
    torrent.encoded_info.resize(kLarge, content);  // as if with keys that nobody knows
    return torrent;
  };
  constexpr std::size_t kFit = OthersTorrents::kMaxBytes / kLarge;
  for (Byte i = 1; i <= kFit + 3; ++i) kept.torrents.add(large(i));
  CHECK(kept.torrents.size() == kFit);
  CHECK(kept.torrents.bytes() <= OthersTorrents::kMaxBytes);
  kept.now += OthersTorrents::kInUse;
  kept.torrents.add(large(99));
  CHECK(kept.torrents.size() == kFit);
  CHECK(kept.torrents.find(Kept::name_of(large(99))) != nullptr);
  CHECK(kept.torrents.find(Kept::name_of(large(1))) == nullptr);
}

}  // namespace freshet::io
