// A third that is to join two nodes and does not leave what it copies alone: whatever it does, no
// wrong byte gets into the file, both ends count it, and the fetch goes another way or says why it
// cannot. TLS between the two ends runs inside what the third copies.
#include "tests/support/hostile_third.h"

#include <string>

#include "tests/system/path_net.h"

namespace freshet::testing {
namespace {

constexpr std::size_t kLines = 200'000;
const std::string kLine = "no third may read this line\n";

/// Machine 1 wants what machine 2 has, they cannot reach one another, and the test is their third.
struct Joined {
  Joined() : net(2), file(net.share(2) / "lagoon.txt") {
    net.plug_test(own);
    std::string text;
    for (std::size_t i = 0; i < kLines; ++i) text += std::to_string(i) + " " + kLine;
    write_file(file, text);
    net.reset(1, 2);
    net.start(1, {});
    net.start(2, {});
    REQUIRE(net.daemon(2).has_hashed(1));
  }
  [[nodiscard]] std::unique_ptr<HostileThird> third(Deed deed) const {
    return std::make_unique<HostileThird>(
        own, address(1) + ":7346", address(2) + ":7346", kLine, deed);
  }
  [[nodiscard]] std::filesystem::path to() const { return net.dir().path() / "got"; }
  [[nodiscard]] CliResult get(const std::string& id, const std::string& patience) const {
    return net.daemon(1).cli({"get", id, "-o", to().string(), "--timeout", patience});
  }
  [[nodiscard]] bool counts(int machine, const std::string& counter) const {
    CAPTURE(counter);
    return eventually([&] { return net.daemon(machine).counter(counter) >= 1; }, kAnswerLimit);
  }

  std::string own = address(100);
  Net net;
  std::filesystem::path file;
};

}  // namespace

TEST_CASE("a third that copies what it gets sees TLS between the two ends and nothing else") {
  if (!may_run()) return;
  const Joined joined;
  const auto third = joined.third(Deed::copies);
  const auto result = joined.get(joined.net.find(1, "lagoon"), "30");
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(sha256_of(joined.to()) == sha256_of(joined.file));
  CHECK(third->joined() >= 1);
  CHECK(third->passed_bytes() > std::filesystem::file_size(joined.file));
  CHECK(third->readable() == 0);
}

TEST_CASE("a third that alters what it copies ends the link, and the fetch goes another way") {
  if (!may_run()) return;
  const Joined joined;
  const auto third = joined.third(Deed::alters);
  const std::string id = joined.net.find(1, "lagoon");
  const auto get = joined.net.daemon(1).start_cli(
      {"get", id, "-o", joined.to().string(), "--timeout", "60"}, "get");
  CHECK(joined.counts(1, "transfer_links_altered"));
  CHECK(joined.counts(2, "transfer_links_altered"));  // it is told by an alert
  CHECK(third->altered() >= 1);
  CHECK_FALSE(std::filesystem::exists(joined.to()));
  joined.net.open(1);
  joined.net.open(2);
  CHECK(get->wait(kLongEnough) == 0);
  CHECK(sha256_of(joined.to()) == sha256_of(joined.file));
  CHECK(joined.net.daemon(1).counter("transfer_pieces_bad") == 0);
}

TEST_CASE("a third that alters the first bytes joins nobody, and the fetch says that it has none") {
  if (!may_run()) return;
  const Joined joined;
  const auto third = joined.third(Deed::alters_soon);
  const auto result = joined.get(joined.net.find(1, "lagoon"), kSanitized ? "20" : "8");
  CHECK(result.exit_code == 5);
  CHECK(result.err.find("source") != std::string::npos);
  CHECK(third->altered() >= 1);
  CHECK(joined.counts(1, "relay_links_untrue"));
  CHECK(joined.net.daemon(1).counter("relay_links_through") == 0);
  CHECK_FALSE(std::filesystem::exists(joined.to()));
}

TEST_CASE("a third that answers in the source's place is not believed") {
  if (!may_run()) return;
  const Joined joined;
  const auto third = joined.third(Deed::poses);
  const auto result = joined.get(joined.net.find(1, "lagoon"), kSanitized ? "20" : "8");
  CHECK(result.exit_code == 5);
  CHECK(third->posed() >= 1);
  CHECK(third->believed() == 0);
  CHECK(joined.counts(1, "relay_links_untrue"));
  CHECK_FALSE(std::filesystem::exists(joined.to()));
}

}  // namespace freshet::testing
