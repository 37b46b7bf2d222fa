#include "tests/support/bt_clients.h"

#include <cstdlib>

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
    if time.monotonic() > until:
        sys.exit(1)
    time.sleep(0.05)
print(torrent.status().total_done)
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
