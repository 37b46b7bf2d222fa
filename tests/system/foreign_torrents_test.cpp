// Which torrents a node serves that others published, and whom a tracker tells of: what it takes to
// be asked, to be believed and to be listed. Over loopback; strangers bring records of their own
// making.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "node/store/mesh_file.h"
#include "node/store/signer.h"
#include "node/wire/bt/metainfo.h"
#include "node/wire/bt/sha1.h"
#include "node/wire/overlay/publication.h"
#include "tests/support/bt_clients.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"
#include "tests/support/raw_peer.h"
#include "tests/support/sha1_pieces.h"

namespace freshet::testing {
namespace {

using wire::FrameType;
using wire::TorrentAnswer;

constexpr const char* kAlpn = "freshet-torrent/1";
constexpr std::uint64_t kSize = 300'000;
constexpr std::uint32_t kPieceLength = 16384;
constexpr std::uint64_t kBoat = 7;  // seeds of files
constexpr std::uint64_t kShip = 8;
// RFC 8032, section 7.1: test 1.
constexpr std::string_view kSecret =
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
constexpr std::string_view kPublisher =
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

/// A node that shares one file; answers BitTorrent clients unless told otherwise.
struct Node {
  Node(const TempDir& dir,
       const std::string& name,
       std::uint64_t seed,
       std::vector<std::string> peers = {},
       std::vector<std::string> flags = {"--no-discovery", "--bittorrent"},
       std::uint64_t size_bytes = kSize) {
    const auto share = dir.folder("share-" + name);
    file = share / (name + ".bin");
    write_random_file(file, size_bytes, seed);
    daemon = std::make_unique<Daemon>(
        dir.path() / name,
        DaemonOptions{
            .paths = {share.string()}, .peers = std::move(peers), .flags = std::move(flags)});
    REQUIRE(daemon->has_hashed(1));
    const auto found = daemon->cli({"search", name, "--ttl", "0", "--json", "--timeout", "1"});
    REQUIRE(found.events("hit").size() == 1);
    id = found.events("hit").front().at("id").get<std::string>();
  }
  [[nodiscard]] ContentId content() const { return *ContentId::from_hex(id); }
  [[nodiscard]] std::uint64_t counter(const std::string& name) const {
    return daemon->counter(name);
  }
  /// What its torrent of that file is called.
  [[nodiscard]] InfoHash publish() const {
    const auto made = daemon->cli({"magnet", id});
    REQUIRE(made.exit_code == 0);
    const auto at = made.out.find("urn:btih:");
    REQUIRE(at != std::string::npos);
    return *InfoHash::from_hex(made.out.substr(at + 9, 40));
  }
  /// Whom its tracker tells a client that lacks something.
  [[nodiscard]] std::vector<std::string> peers_of(const InfoHash& torrent) const {
    return tracker_peers("http://" + daemon->address() + "/announce", torrent.hex());
  }
  [[nodiscard]] bool lists(const Node& other, const InfoHash& torrent) const {
    const auto peers = peers_of(torrent);
    return std::find(peers.begin(), peers.end(), other.daemon->address()) != peers.end();
  }

  std::filesystem::path file;
  std::unique_ptr<Daemon> daemon;
  std::string id;
};

bool can_announce() {
  return is_installed({kPython, "--version"});
}

wire::bt::TorrentInfo info_of(const Node& node, const std::string& name) {
  const std::string text = read_file(node.file);
  wire::bt::TorrentInfo info;
  info.name = name;
  info.size_bytes = kSize;
  info.piece_length = kPieceLength;
  info.pieces = sha1_pieces(bytes_of(text), kPieceLength);
  return info;
}

InfoHash name_of(const wire::bt::TorrentInfo& info) {
  return wire::bt::sha1(wire::bt::encode_info(info));
}

Bytes record_of(const wire::bt::TorrentInfo& info, const ContentId& content, const InfoHash& name) {
  const Bytes encoded = wire::bt::encode_info(info);
  const Bytes record = wire::encode_publication({.publisher = *NodeKey::from_hex(kPublisher),
                                                 .content = content,
                                                 .info_hash = name,
                                                 .info = encoded});
  const auto signer = store::Signer::make(NodeKey::from_hex(kSecret)->view());
  return wire::encode_signed_publication(record, signer->sign("freshet publication 1", record));
}

/// A stranger who asks a node about a torrent, and shows the record where it is wanted.
class Stranger {
 public:
  explicit Stranger(const Node& node) : peer_(node.daemon->address(), kAlpn) {}

  std::optional<TorrentAnswer> ask(const ContentId& content, const InfoHash& name) {
    send(FrameType::torrent_ask,
         wire::encode(wire::TorrentAsk{.content = content, .info_hash = name}));
    return hear();
  }
  /// The last word about it.
  std::optional<TorrentAnswer> show(const ContentId& content,
                                    const InfoHash& name,
                                    ByteView record) {
    auto answer = ask(content, name);
    if (answer == TorrentAnswer::show) {
      while (true) {
        const ByteView part = record.first(std::min(record.size(), wire::kPublicationPartBytes));
        send(FrameType::torrent_record, part);
        record = record.subspan(part.size());
        if (part.size() < wire::kPublicationPartBytes) break;
      }
      answer = hear();
    }
    return answer == TorrentAnswer::wait ? hear() : answer;
  }

 private:
  void send(FrameType type, ByteView body) {
    peer_.send_frame(frame_header(type, 0, 1, 0, body.size()), body);
  }
  std::optional<TorrentAnswer> hear() {
    const auto frame = peer_.receive(FrameType::torrent_answer);
    return frame ? wire::decode_torrent_answer(frame->body) : std::nullopt;
  }
  TlsPeer peer_;
};

std::optional<TorrentAnswer> show(const Node& node, const wire::bt::TorrentInfo& info) {
  return Stranger(node).show(
      node.content(), name_of(info), record_of(info, node.content(), name_of(info)));
}

}  // namespace

TEST_CASE("a tracker tells of who has the content and answers clients, and of nobody else") {
  if (!can_announce()) return;
  const TempDir dir;
  const Node publisher(dir, "a", kBoat);
  const std::vector<std::string> peers = {publisher.daemon->address()};
  const Node source(dir, "b", kBoat, peers);
  const Node silent(dir, "c", kBoat, peers, {"--no-discovery"});
  const Node other(dir, "d", kShip, peers);
  REQUIRE(publisher.daemon->has_peers(3));
  const InfoHash torrent = publisher.publish();
  // What a source has to check first may take longer than an announce waits.
  CHECK(eventually([&] { return publisher.lists(source, torrent); }));
  CHECK(publisher.lists(publisher, torrent));
  CHECK_FALSE(publisher.lists(silent, torrent));
  CHECK_FALSE(publisher.lists(other, torrent));
  CHECK(publisher.counter("tracker_floods") == 1);
  CHECK(publisher.counter("torrent_asks") == 1);
  CHECK(silent.counter("torrent_offers_refused") == 0);
  CHECK(other.counter("torrent_offers_asked") == 0);
  // What it came to know so it tracks too.
  CHECK(eventually([&] { return source.lists(publisher, torrent); }));
  CHECK(source.counter("tracker_floods") == 1);
  CHECK(other.peers_of(torrent).empty());
  CHECK(other.counter("tracker_refused") == 1);
  CHECK(other.counter("tracker_floods") == 0);
}

TEST_CASE("a true record is served from then on, after a restart too") {
  const TempDir dir;
  const Node node(dir, "boat", kBoat);
  const auto info = info_of(node, "anything");
  CHECK(show(node, info) == TorrentAnswer::yes);
  CHECK(node.counter("torrent_records_good") == 1);
  CHECK(node.counter("torrents_of_others") == 1);
  CHECK(Stranger(node).ask(node.content(), name_of(info)) == TorrentAnswer::yes);
  // It is answered for before it is on disk.
  const auto kept = node.daemon->state() / "published" / "others"
                    / (node.content().hex() + "." + name_of(info).hex());
  REQUIRE(eventually([&] { return std::filesystem::exists(kept); }));
  node.daemon->kill();
  node.daemon->start_again();
  REQUIRE(eventually([&] { return node.counter("torrents_of_others") == 1; }));
  CHECK(eventually(
      [&] { return Stranger(node).ask(node.content(), name_of(info)) == TorrentAnswer::yes; }));
  CHECK(node.counter("torrent_records_good") == 0);
}

TEST_CASE("of a torrent of v2 with smaller pieces than the node's own, the layers can be had") {
  const TempDir dir;
  const std::vector<std::string> flags = {"--no-discovery", "--bittorrent"};
  constexpr std::uint64_t kLarge = (std::uint64_t{130} << 20U) + 777;  // the node's: 64 KiB
  const Node node(dir, "boat", kBoat, {}, flags, kLarge);
  wire::bt::TorrentInfo info;
  info.kind = wire::bt::TorrentKind::v2;
  info.name = "small pieces";
  info.size_bytes = kLarge;
  info.piece_length = 2 * kPieceLength;
  info.root = node.content();
  const auto names = wire::bt::names_of(info.kind, wire::bt::encode_info(info));
  CHECK(
      Stranger(node).show(node.content(), names.one(), record_of(info, node.content(), names.one()))
      == TorrentAnswer::yes);
  const Daemon fetcher(dir.path() / "fetcher", {});
  const auto got = fetcher.cli({"get",
                                "magnet:?xt=urn:btmh:1220" + names.v2->hex(),
                                "--source",
                                node.daemon->address(),
                                "-o",
                                dir.folder("out").string()});
  INFO(got.err);
  REQUIRE(got.exit_code == 0);
  CHECK(sha256_of(dir.folder("out") / "small pieces") == sha256_of(node.file));
  CHECK(fetcher.counter("btget_layers") == 1);
  CHECK(node.counter("bt_hashes_sent") == 9);  // of 512 pieces each
}

TEST_CASE(
    "a folder's torrent is served by who has the same folder, and not by who has it changed") {
  if (!can_announce()) return;
  const TempDir dir;
  const auto fill = [&](const std::string& share, std::uint64_t last) {
    const auto album = dir.folder(share) / "album";
    for (std::uint64_t i = 0; i < 5; ++i)
      write_random_file(album / ("part " + std::to_string(i % 2)) / (std::to_string(i) + ".txt"),
                        20'000 * i,
                        i < 4 ? i : last);
    return dir.folder(share).string();
  };
  const std::vector<std::string> flags = {"--no-discovery", "--bittorrent"};
  const Daemon publisher(dir.path() / "a", {.paths = {fill("one", 4)}, .flags = flags});
  const Daemon source(dir.path() / "b",
                      {.paths = {fill("two", 4)}, .peers = {publisher.address()}, .flags = flags});
  const Daemon changed(
      dir.path() / "c",
      {.paths = {fill("three", 5)}, .peers = {publisher.address()}, .flags = flags});
  REQUIRE(publisher.has_peers(2));
  std::string link;
  REQUIRE(eventually([&] {  // once it is hashed, and listed
    const auto made = publisher.cli({"magnet", (dir.path() / "one" / "album").string()});
    link = made.out;
    return made.exit_code == 0;
  }));
  const auto at = link.find("urn:btih:");
  REQUIRE(at != std::string::npos);
  REQUIRE(source.has_hashed(5));
  REQUIRE(changed.has_hashed(5));
  const auto is_listed = [&](const Daemon& node) {
    return eventually([&] {
      return node.cli({"search", "album", "--ttl", "0", "--timeout", "1"}).exit_code == 0;
    });
  };
  REQUIRE(is_listed(source));
  const std::vector<std::string> expected = {publisher.address(), source.address()};
  CHECK(eventually([&] {
    return tracker_peers("http://" + publisher.address() + "/announce", link.substr(at + 9, 40))
           == expected;
  }));
  CHECK(source.counter("torrent_records_good") == 1);
  CHECK(changed.counter("torrent_offers_asked") == 0);
}

TEST_CASE("a record with a wrong SHA-1 is refused, and not looked at twice") {
  const TempDir dir;
  const Node node(dir, "boat", kBoat);
  auto info = info_of(node, "boat");
  info.pieces.back() ^= 1U;
  CHECK(show(node, info) == TorrentAnswer::no);
  CHECK(node.counter("torrent_records_wrong_pieces") == 1);
  CHECK(show(node, info) == TorrentAnswer::no);
  CHECK(node.counter("torrent_records_wrong_pieces") == 1);
  CHECK(node.counter("torrent_offers_vain") == 1);
  CHECK(node.counter("torrents_of_others") == 0);
}

TEST_CASE("a record of another content is refused, whichever of the two it says") {
  const TempDir dir;
  const Node node(dir, "boat", kBoat);
  const Node other(dir, "ship", kShip);
  const auto info = info_of(other, "ship");
  // Of the same size, said to be what this node has.
  CHECK(show(node, info) == TorrentAnswer::no);
  CHECK(node.counter("torrent_records_wrong_pieces") == 1);
  auto shorter = info_of(node, "boat");
  --shorter.size_bytes;
  CHECK(show(node, shorter) == TorrentAnswer::no);
  CHECK(node.counter("torrent_records_other_content") == 1);
  // Said truly to be what this node has not.
  CHECK(Stranger(node).ask(other.content(), name_of(info)) == TorrentAnswer::no);
  CHECK(node.counter("torrent_offers_not_here") == 1);
  // Asked about the one content, shown with another.
  CHECK(Stranger(node).show(
            node.content(), name_of(info), record_of(info, other.content(), name_of(info)))
        == TorrentAnswer::no);
  CHECK(node.counter("torrent_offers_vain") == 1);
  CHECK(node.counter("torrents_of_others") == 0);
}

TEST_CASE("records that are forged, misnamed or none say nothing against the true one") {
  const TempDir dir;
  const Node node(dir, "boat", kBoat);
  const auto info = info_of(node, "boat");
  const InfoHash name = name_of(info);
  Bytes record = record_of(info, node.content(), name);
  record[200] ^= 1U;
  CHECK(Stranger(node).show(node.content(), name, record) == TorrentAnswer::no);
  CHECK(node.counter("torrent_records_forged") == 1);
  auto renamed = info;
  renamed.name = "ship";
  CHECK(Stranger(node).show(node.content(), name, record_of(renamed, node.content(), name))
        == TorrentAnswer::no);
  CHECK(node.counter("torrent_records_wrong_name") == 1);
  CHECK(Stranger(node).show(node.content(), name, Bytes(100'000, 'x')) == TorrentAnswer::no);
  CHECK(node.counter("torrent_records_malformed") == 1);
  CHECK(show(node, info) == TorrentAnswer::yes);
}

TEST_CASE("a blocked publisher is not believed") {
  const TempDir dir;
  write_file(dir.folder("boat") / "blocks", "node " + std::string(kPublisher) + "\n");
  const Node node(dir, "boat", kBoat);
  CHECK(show(node, info_of(node, "boat")) == TorrentAnswer::no);
  CHECK(node.counter("torrent_records_blocked") == 1);
  CHECK(node.counter("torrents_of_others") == 0);
}

TEST_CASE("a blocked content is served to nobody") {
  const TempDir dir;
  const Node node(dir, "boat", kBoat);
  const auto info = info_of(node, "boat");
  CHECK(show(node, info) == TorrentAnswer::yes);
  REQUIRE(node.daemon->cli({"block", node.id}).exit_code == 0);
  CHECK(Stranger(node).ask(node.content(), name_of(info)) == TorrentAnswer::no);
  CHECK(node.counter("torrent_offers_not_here") == 1);
}

TEST_CASE("strangers that ask nothing, or say too much, are closed and counted") {
  const TempDir dir;
  const Node node(dir, "boat", kBoat);
  TlsPeer nonsense(node.daemon->address(), kAlpn);
  nonsense.send_frame(frame_header(FrameType::ping, 1, 1, 0, 0), {});
  CHECK(nonsense.is_closed_within());
  CHECK(node.counter("torrent_offers_unexpected") == 1);
  TlsPeer endless(node.daemon->address(), kAlpn);
  endless.send_frame(frame_header(FrameType::torrent_ask, 1, 1, 0, 1 << 20U), {});
  CHECK(endless.is_closed_within());
  CHECK(node.counter("torrent_offers_silent") == 1);
  std::vector<std::unique_ptr<TlsPeer>> mute;
  CHECK(eventually([&] {  // some may be closed for their silence before the last one came
    for (int i = 0; i < 20; ++i)
      mute.push_back(std::make_unique<TlsPeer>(node.daemon->address(), kAlpn));
    return node.counter("torrent_offers_no_room") >= 4;
  }));
}

TEST_CASE("a node that does not answer clients, and one of a private mesh, are not to be asked") {
  const TempDir dir;
  const Node silent(dir, "boat", kBoat, {}, {"--no-discovery"});
  CHECK(TlsPeer(silent.daemon->address(), kAlpn).is_closed_within());
  CHECK(silent.counter("torrent_offers_refused") == 1);

  const auto state = dir.folder("ship");
  REQUIRE(run_freshet({"--state", state.string(), "mesh", "new"}).exit_code == 0);
  const auto up =
      run_freshet({"--state", state.string(), "up", "--bittorrent", "--listen", "127.0.0.1:0"});
  CHECK(up.exit_code == 2);
  const Node member(dir, "ship", kShip, {}, {"--no-discovery"});
  const auto mesh = store::load_mesh((state / "mesh").string());
  REQUIRE(mesh.ok());
  CHECK(TlsPeer(member.daemon->address(), kAlpn, mesh->key_view()).is_closed_within());
  CHECK(member.counter("torrent_offers_refused") == 1);
  CHECK(member.daemon->cli({"magnet", member.id}).exit_code == 2);
  TcpPeer client(member.daemon->address());
  client.send(bytes_of("GET /announce?info_hash=" + std::string(20, 'h')
                       + "&peer_id=" + std::string(20, 'p') + "&port=1 HTTP/1.0\r\n\r\n"));
  CHECK(client.is_closed_within(kAnswerLimit));
  CHECK(member.counter("tracker_floods") == 0);
}

}  // namespace freshet::testing
