// freshet fetches from Debian's BitTorrent clients what they seed: a file and a folder of many
// files, each by torrent file and by magnet link, found through a tracker over HTTP or UDP; of v2
// and hybrids from the one client that speaks them. Machines are network
// namespaces. FRESHET_BT_MIB sets the file's size. Without the clients, or the right to make
// namespaces, the test says so.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/bt_clients.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kAlbumFiles = 200;
constexpr const char* kHttpTracker = "http://10.79.0.1:6969/announce";
constexpr const char* kUdpTracker = "udp://10.79.0.1:6969";

// A tracker of few lines, so that what is tested is not our own at both ends. It speaks HTTP, and
// UDP as BEP 15 has it.
constexpr const char* kTracker = R"(
import http.server, struct, socket, sys, threading, urllib.parse
swarms = {}
def announced(torrent, ip, port):
    peers = swarms.setdefault(torrent, {})
    peers[(ip, port)] = 1
    open(sys.argv[1], 'a').write(ip + '\n')
    return b''.join(socket.inet_aton(ip) + struct.pack('>H', port) for ip, port in peers)
def serve_udp():
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind(('0.0.0.0', 6969))
    while True:
        request, client = door.recvfrom(2048)
        connection, action, transaction = struct.unpack('>QII', request[:16])
        if action == 0 and connection == 0x41727101980:
            door.sendto(struct.pack('>IIQ', 0, transaction, 4711), client)
        elif action == 1 and connection == 4711:
            torrent, port = request[16:36].decode('latin-1'), struct.unpack('>H', request[96:98])[0]
            compact = announced(torrent, client[0], port)
            door.sendto(struct.pack('>IIIII', 1, transaction, 10, 0, 1) + compact, client)
threading.Thread(target=serve_udp, daemon=True).start()
class Door(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query, encoding='latin-1'))
        compact = announced(query['info_hash'], self.client_address[0], int(query['port']))
        body = b'd8:intervali10e5:peers%d:%se' % (len(compact), compact)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
http.server.ThreadingHTTPServer(('0.0.0.0', 6969), Door).serve_forever()
)";

// Torrents as libtorrent makes them, and what a magnet link calls each; hybrids and v2 have padding
// between files, and behind the last one.
constexpr const char* kMaker = R"(
import libtorrent, os, sys
source, torrent, tracker, kind = sys.argv[1:]
files = libtorrent.file_storage()
libtorrent.add_files(files, source)
flags = {'v1': libtorrent.create_torrent.v1_only, 'hybrid': 0, 'v2': libtorrent.create_torrent.v2_only}
made = libtorrent.create_torrent(files, 0, flags[kind])
made.add_tracker(tracker)
libtorrent.set_piece_hashes(made, os.path.dirname(source))
open(torrent, 'wb').write(libtorrent.bencode(made.generate()))
names = libtorrent.torrent_info(torrent).info_hashes()
print('urn:btmh:1220%s' % names.v2 if kind == 'v2' else 'urn:btih:%s' % names.v1)
)";

constexpr const char* kLibtorrentSeed = R"(
import libtorrent, sys, time
folder, *torrents = sys.argv[1:]
session = libtorrent.session({'listen_interfaces': '0.0.0.0:6881', 'enable_dht': False, 'enable_lsd': False,
                              'enable_upnp': False, 'enable_natpmp': False})
for torrent in torrents:
    parameters = libtorrent.add_torrent_params()
    parameters.ti = libtorrent.torrent_info(torrent)
    parameters.save_path = folder
    session.add_torrent(parameters)
while True:
    time.sleep(1)
)";

bool can_run(const Words& client) {
  return enter_lan() && is_installed({kPython, "-c", "import libtorrent"}) && is_installed(client);
}

struct Case {
  const char* kind;
  const char* tracker;
};

struct Torrent {
  std::string file;
  std::string magnet;
  fs::path original;
};

/// Machine 1 has the tracker and freshet, machine 2 the client that seeds.
class Stage {
 public:
  explicit Stage(const std::string& kind = "v1", std::string tracker = kHttpTracker)
      : kind_(kind),
        tracker_url_(std::move(tracker)),
        wire_("wire") {
    for (int i = 1; i <= 2; ++i) {
      machines_.push_back(std::make_unique<Machine>(dir_.path(), i));
      machines_.back()->plug(wire_, "lan0", {"10.79.0." + std::to_string(i) + "/24"});
    }
    tracker_ = std::make_unique<Process>(on(1, {kPython, "-c", kTracker, announces().string()}),
                                         dir_.path() / "tracker");
    write_random_file(seeds() / "blue boat.bin", bt_file_bytes(64), 7);
    for (int i = 0; i < kAlbumFiles; ++i) {
      // One empty, some across several pieces.
      const auto size = static_cast<std::uint64_t>(i % 20 == 0 ? i * 10000 : i * 97);
      write_random_file(
          seeds() / "album" / ("part " + std::to_string(i % 7)) / (std::to_string(i) + ".txt"),
          size,
          static_cast<std::uint64_t>(i));
    }
    torrents_ = {make("blue boat.bin", kind), make("album", kind)};
    node_ = std::make_unique<Daemon>(dir_.path() / "state",
                                     DaemonOptions{.listen = "0.0.0.0:7346",
                                                   // Nor are files of v2 taken from its own shares.
                                                   .flags = {"--no-discovery", "--receive-only"},
                                                   .wrapper = machines_.front()->wrapper()});
  }

  [[nodiscard]] const Machine& machine(int number) const {
    return *machines_.at(static_cast<std::size_t>(number - 1));
  }
  [[nodiscard]] Words on(int number, const Words& program) const {
    return inside(machine(number), program);
  }
  [[nodiscard]] fs::path seeds() const { return dir_.folder("seeds"); }
  [[nodiscard]] const TempDir& dir() const { return dir_; }
  [[nodiscard]] const std::vector<Torrent>& torrents() const { return torrents_; }
  [[nodiscard]] const Daemon& node() const { return *node_; }

  /// Both torrents, by file and by link, as soon as the tracker knows who has them.
  void fetch_all() const {
    REQUIRE(eventually([&] { return announced() >= torrents_.size(); }, std::chrono::seconds(60)));
    for (const Torrent& torrent : torrents_) {
      for (const bool by_magnet : {false, true}) {
        const auto out = dir_.folder(by_magnet ? "by-magnet" : "by-torrent");
        const std::string& what = by_magnet ? torrent.magnet : torrent.file;
        const auto got = node_->cli({"get", what, "-o", out.string(), "--timeout", "60", "--json"});
        INFO(what);
        INFO(got.err);
        REQUIRE(got.exit_code == 0);
        const auto done = got.events("done").back();
        CHECK(done.at("path").get<std::string>() == (out / torrent.original.filename()).string());
        check_same(torrent.original, out / torrent.original.filename());
      }
    }
    CHECK(node_->counter("btget_metadata") == 2);
    CHECK(node_->counter("btget_layers") == (kind_ == "v2" ? 2 : 0));
    CHECK(node_->counter("btget_trackers_failed") == 0);
    CHECK(node_->counter("btget_mesh_files") == 0);
    CHECK(node_->counter("btget_pieces_bad") == 0);
    CHECK(node_->counter("btget_peers_banned") == 0);
  }

 private:
  [[nodiscard]] fs::path announces() const { return dir_.path() / "announces"; }
  [[nodiscard]] std::size_t announced() const {
    if (!fs::exists(announces())) return 0;
    const std::string text = read_file(announces());
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  static void check_same(const fs::path& a, const fs::path& b) {
    if (!fs::is_directory(a)) {
      CHECK(sha256_of(a) == sha256_of(b));
      return;
    }
    const auto files = regular_files(a);
    REQUIRE(files.size() == kAlbumFiles);
    CHECK(regular_files(b).size() == kAlbumFiles);
    for (const fs::path& file : files)
      CHECK(read_file(file) == read_file(b / fs::relative(file, a)));
  }
  [[nodiscard]] Torrent make(const std::string& name, const std::string& kind) const {
    const fs::path original = seeds() / name;
    const std::string file = (dir_.path() / (name + ".torrent")).string();
    const auto made =
        run_program({kPython, "-c", kMaker, original.string(), file, tracker_url_, kind});
    REQUIRE_MESSAGE(made.exit_code == 0, made.err);
    const std::string topic = made.out.substr(0, made.out.find('\n'));
    return {.file = file,
            .magnet = "magnet:?xt=" + topic + "&tr=" + tracker_url_,
            .original = original};
  }

  std::string kind_;
  std::string tracker_url_;
  TempDir dir_;
  Switch wire_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::unique_ptr<Process> tracker_;
  std::vector<Torrent> torrents_;
  std::unique_ptr<Daemon> node_;
};

}  // namespace

TEST_CASE("freshet fetches a file and a folder from aria2, by torrent and by magnet") {
  if (!can_run({"aria2c", "--version"})) return;
  const Stage stage;
  std::vector<std::unique_ptr<Process>> clients;
  for (const Torrent& torrent : stage.torrents()) {
    const std::string number = std::to_string(clients.size());
    clients.push_back(std::make_unique<Process>(stage.on(2,
                                                         {"aria2c",
                                                          "--no-conf=true",
                                                          "--dir=" + stage.seeds().string(),
                                                          "--check-integrity=true",
                                                          "--seed-ratio=0.0",
                                                          "--enable-dht=false",
                                                          "--bt-enable-lpd=false",
                                                          "--listen-port=688" + number,
                                                          torrent.file}),
                                                stage.dir().path() / ("aria2-" + number)));
  }
  stage.fetch_all();
}

TEST_CASE("freshet fetches a file and a folder from transmission, by torrent and by magnet") {
  if (!can_run({"transmission-daemon", "--version"})) return;
  const Stage stage;
  const Process client(
      stage.on(2, transmission_daemon(stage.dir().folder("transmission"), stage.seeds())),
      stage.dir().path() / "client");
  for (const Torrent& torrent : stage.torrents())
    REQUIRE(transmission_takes(stage.machine(2), torrent.file));
  stage.fetch_all();
}

TEST_CASE("freshet fetches a file and a folder from libtorrent, by torrent and by magnet") {
  if (!can_run({kPython, "-c", "import libtorrent"})) return;
  for (const auto& [kind, tracker] : {Case{"v1", kHttpTracker},
                                      Case{"v1", kUdpTracker},
                                      Case{"hybrid", kHttpTracker},
                                      Case{"v2", kHttpTracker}}) {
    INFO(kind);
    INFO(tracker);
    const Stage stage(kind, tracker);
    Words words = {kPython, "-c", kLibtorrentSeed, stage.seeds().string()};
    for (const Torrent& torrent : stage.torrents()) words.push_back(torrent.file);
    const Process client(stage.on(2, words), stage.dir().path() / "client");
    stage.fetch_all();
  }
}

}  // namespace freshet::testing
