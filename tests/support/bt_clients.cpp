#include "tests/support/bt_clients.h"

#include <cstdlib>
#include <iterator>
#include <sstream>

#include <doctest/doctest.h>

#include "tests/support/daemon.h"
#include "tests/support/eventually.h"

namespace freshet::testing {
namespace {

constexpr const char* kLibtorrentClient = R"(
import libtorrent, sys, time
folder, what = sys.argv[1:]
session = libtorrent.session({'listen_interfaces': '0.0.0.0:6881', 'enable_dht': False, 'enable_lsd': False,
                              'enable_upnp': False, 'enable_natpmp': False})
if what.startswith('magnet:'):
    parameters = libtorrent.parse_magnet_uri(what)
else:
    parameters = libtorrent.add_torrent_params()
    parameters.ti = libtorrent.torrent_info(what)
parameters.save_path = folder
torrent = session.add_torrent(parameters)
until = time.monotonic() + 90
while not torrent.status().is_seeding:
    if torrent.status().errc.value() == 217:  # "v1 and v2 hashes do not describe the same data"
        sys.exit(3)
    if time.monotonic() > until:
        sys.exit(1)
    time.sleep(0.05)
print(torrent.status().total_done)
)";

constexpr const char* kAnnouncer = R"(
import struct, sys, urllib.parse, urllib.request
url, torrent = sys.argv[1:]
query = urllib.parse.urlencode({'info_hash': bytes.fromhex(torrent), 'peer_id': b'-TT0001-abcdefghijkl', 'port': 6999,
                                'left': 1, 'compact': 1, 'event': 'started'}, quote_via=urllib.parse.quote)
body = urllib.request.urlopen(url + '?' + query, timeout=20).read()
if b'failure reason' in body:
    sys.exit(0)
size, rest = body[body.index(b'5:peers') + 7:].split(b':', 1)
for at in range(0, int(size), 6):
    print('%d.%d.%d.%d:%d' % struct.unpack('>BBBBH', rest[at:at + 6]))
)";

}  // namespace

std::uint64_t bt_file_bytes(std::uint64_t mib) {
  const char* wanted = std::getenv("FRESHET_BT_MIB");  // NOLINT(concurrency-mt-unsafe)
  return (wanted == nullptr ? mib : std::stoull(wanted)) << 20U;
}

bool is_installed(const Words& probe) {
  if (run_program(probe).exit_code == 0) return true;
  MESSAGE("skipped: no " << probe.front() << " here (see scripts/packages.txt, [test])");
  return false;
}

Words inside(const Machine& machine, const Words& program) {
  Words words = machine.wrapper();
  words.insert(words.end(), program.begin(), program.end());
  return words;
}

Words aria2(const std::filesystem::path& folder, const std::string& what) {
  return {"aria2c",
          "--no-conf=true",
          "--dir=" + folder.string(),
          "--seed-time=0",
          "--enable-dht=false",
          "--bt-enable-lpd=false",
          "--file-allocation=none",
          "--bt-stop-timeout=90",
          what};
}

Words libtorrent(const std::filesystem::path& folder, const std::string& what) {
  return {kPython, "-c", kLibtorrentClient, folder.string(), what};
}

std::vector<std::string> tracker_peers(const std::string& url,
                                       const std::string& torrent,
                                       const Words& wrapper) {
  Words words = wrapper;
  words.insert(words.end(), {kPython, "-c", kAnnouncer, url, torrent});
  const auto told = run_program(words);
  CHECK_MESSAGE(told.exit_code == 0, told.err);
  std::istringstream lines(told.out);
  return {std::istream_iterator<std::string>(lines), {}};
}

Words transmission_daemon(const std::filesystem::path& config,
                          const std::filesystem::path& downloads) {
  return {"transmission-daemon",
          "--foreground",
          "--config-dir",
          config.string(),
          "--download-dir",
          downloads.string(),
          "--no-auth",
          "--rpc-bind-address",
          "127.0.0.1",
          "--port",
          "9191",
          "--no-dht",
          "--no-lpd",
          "--no-portmap"};
}

bool transmission_takes(const Machine& machine, const std::string& what) {
  const Words take = inside(machine, {"transmission-remote", "127.0.0.1:9191", "--add", what});
  return eventually([&] { return run_program(take).exit_code == 0; });
}

}  // namespace freshet::testing
