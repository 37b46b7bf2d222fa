#include "node/store/host_cache_file.h"

#include <doctest/doctest.h>

#include "tests/unit/store/process.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

namespace {

SavedHost host(std::uint8_t number, UnixSeconds seen) {
  SavedHost host;
  host.address = Endpoint::v4({192, 0, 2, number}, kDefaultPort);
  host.last_seen = seen;
  return host;
}

}  // namespace

TEST_CASE("hosts come back as they were saved") {
  const TempFolder temp;
  std::vector<SavedHost> hosts = {host(1, 1'700'000'000), host(2, 0)};
  hosts[0].key = NodeKey{};
  hosts[0].key->bytes.fill(0xAB);
  hosts.push_back({std::nullopt, *Endpoint::parse("[fe80::1%3]:7346"), 5});
  REQUIRE(save_hosts(temp / "hosts", hosts).ok());
  const auto loaded = load_hosts(temp / "hosts");
  REQUIRE(loaded.ok());
  CHECK(loaded->hosts == hosts);
  CHECK(loaded->damaged_lines == 0);
  CHECK_FALSE(file_exists(temp / "hosts.new"));
}

TEST_CASE("no file is no hosts") {
  const TempFolder temp;
  const auto loaded = load_hosts(temp / "hosts");
  REQUIRE(loaded.ok());
  CHECK(loaded->hosts.empty());
}

TEST_CASE("damaged lines are counted and the others kept") {
  const TempFolder temp;
  temp.write("hosts",
             "freshet-hosts 1\n"
             "- 192.0.2.1:7346 100\n"
             "- 192.0.2.2:7346\n"
             "- host.example:7346 100\n"
             "abc 192.0.2.3:7346 100\n"
             "- 192.0.2.4:0 100\n"
             "- 192.0.2.5:7346 -1\n"
             "- 192.0.2.6:7346 1e3\n"
             "\n"
             "- 192.0.2.7:7346 100 more\n"
             "- 192.0.2.8:7346 99999999999999999999999\n"
             "- 192.0.2.9:7346 100");
  const auto loaded = load_hosts(temp / "hosts");
  REQUIRE(loaded.ok());
  CHECK(loaded->damaged_lines == 9);
  CHECK(loaded->hosts == std::vector{host(1, 100), host(9, 100)});
}

TEST_CASE("no number of hosts makes the file or the list longer than its limit") {
  const TempFolder temp;
  const std::vector<SavedHost> many(kMaxSavedHosts + 5, host(1, 1));
  REQUIRE(save_hosts(temp / "hosts", many).ok());
  CHECK(load_hosts(temp / "hosts")->hosts.size() == kMaxSavedHosts);
  temp.write("hosts", std::string(4'000'000, 'x'));
  const auto loaded = load_hosts(temp / "hosts");
  REQUIRE(loaded.ok());
  CHECK(loaded->hosts.empty());
  CHECK(loaded->damaged_lines == 1);
}

TEST_CASE("a save that fails leaves the old hosts") {
  const TempFolder temp;
  const std::vector<SavedHost> before = {host(1, 1)};
  REQUIRE(save_hosts(temp / "hosts", before).ok());
  {
    const FileSizeLimit limit(64);
    CHECK_FALSE(save_hosts(temp / "hosts", std::vector<SavedHost>(100, host(2, 2))).ok());
  }
  CHECK(load_hosts(temp / "hosts")->hosts == before);
  CHECK_FALSE(file_exists(temp / "hosts.new"));
}

}  // namespace freshet::store
