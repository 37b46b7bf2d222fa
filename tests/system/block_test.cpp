// Who is believed and who is not wanted: signed hits, blocks, a moderator's list, and a node that
// only receives.
#include <csignal>

#include <doctest/doctest.h>

#include "node/wire/overlay/bodies.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"
#include "tests/support/raw_peer.h"

namespace freshet::testing {
namespace {

using wire::FrameType;

// Enough to be at it for a while.
constexpr std::uint64_t kFileBytes = std::uint64_t{1024} * 1024 * (kSanitized ? 64 : 256);

// Every node shares one file that has "boat" in its name and its own number in its content.
struct Boats : Mesh {
  explicit Boats(std::size_t nodes)
      : Mesh(nodes, line(nodes), [](std::size_t node, const std::filesystem::path& share) {
          const std::string number = std::to_string(node);
          write_file(share / ("boat " + number + ".txt"), "the boat of node " + number);
        }) {}
};

CliResult search(const Daemon& daemon, const std::string& seconds = "2") {
  return daemon.cli({"search", "boat", "--strategy", "flood", "--timeout", seconds, "--json"});
}

std::uint64_t open_transfers(const Daemon& daemon) {
  const Json limits = daemon.status().at("limits");
  for (const Json& limit : limits) {
    if (limit.at("name") == "transfer_links") return limit.at("use");
  }
  return 0;
}

std::string id_of(const CliResult& found, const std::string& name) {
  for (const Json& hit : found.events("hit")) {
    if (hit.at("name") == name && !hit.at("id").is_null()) return hit.at("id");
  }
  return "";
}

bool sees(const Daemon& daemon, const std::string& name) {
  return !id_of(search(daemon), name).empty();
}

Bytes altered(ByteView body) {
  const auto hit = wire::decode_query_hit(body);
  REQUIRE(hit.has_value());
  wire::HitRecord record = hit->record;
  record.addresses = {Endpoint::v4({127, 0, 0, 1}, 9)};
  return wire::encode_query_hit(wire::encode_record(record), hit->signature);
}

}  // namespace

TEST_CASE("a relay that alters a hit is found out, and the hit as it was is believed") {
  const TempDir dir;
  write_file(dir.path() / "share" / "boat.txt", "a boat");
  const Daemon holder(dir.path() / "holder", {.paths = {(dir.path() / "share").string()}});
  const Daemon origin(dir.path() / "origin", {});
  REQUIRE(holder.has_hashed(1));
  TlsPeer to_holder(holder.address());
  TlsPeer to_origin(origin.address());
  REQUIRE(to_holder.greet());
  REQUIRE(to_origin.greet());
  const auto asking = origin.start_cli(
      {"search", "boat", "--strategy", "flood", "--timeout", "5", "--json"}, "ask");
  const auto query = to_origin.receive(FrameType::query);
  REQUIRE(query.has_value());
  wire::FrameHeader header = query->header;
  --header.ttl;
  ++header.hops;
  to_holder.send_frame(header, query->body);
  const auto hit = to_holder.receive(FrameType::query_hit);
  REQUIRE(hit.has_value());
  const auto pass_on = [&](const Bytes& body) {
    wire::FrameHeader onward = hit->header;
    --onward.ttl;
    ++onward.hops;
    onward.body_bytes = static_cast<std::uint32_t>(body.size());
    to_origin.send_frame(onward, body);
  };
  pass_on(altered(hit->body));
  CHECK(eventually([&] { return origin.counter("hit_records_forged") == 1; }, kAnswerLimit));
  const auto said = wire::decode_query_hit(hit->body);
  REQUIRE(said.has_value());
  pass_on(wire::encode_query_hit(said->record_bytes, {}));
  CHECK(eventually([&] { return origin.counter("hit_records_unsigned") == 1; }, kAnswerLimit));
  pass_on(hit->body);
  CHECK(eventually([&] { return origin.counter("hit_records_in") == 3; }, kAnswerLimit));
  CHECK(origin
            .cli({"get",
                  said->record.files.front().content->hex(),
                  "-o",
                  (dir.path() / "fetched.txt").string()})
            .exit_code
        == 0);
  CHECK(read_file(dir.path() / "fetched.txt") == "a boat");
}

TEST_CASE("a blocked content is neither listed nor fetched nor served, also after a restart") {
  Boats mesh(2);
  const std::string id = id_of(search(mesh[0]), "boat 1.txt");
  REQUIRE(!id.empty());
  CHECK(mesh[0].cli({"block", id}).exit_code == 0);
  CHECK(!sees(mesh[0], "boat 1.txt"));
  CHECK(mesh[0].counter("hit_records_blocked") >= 1);
  CHECK(mesh[0].cli({"get", id, "--timeout", "2"}).exit_code == 2);
  mesh[0].kill();
  mesh[0].start_again();
  REQUIRE(mesh[0].has_peers(1));
  const Json listed = mesh[0].cli({"block", "--json"}).json();
  REQUIRE(listed.at("blocks").size() == 1);
  CHECK(listed.at("blocks").front().at("id") == id);
  CHECK(!sees(mesh[0], "boat 1.txt"));
  CHECK(mesh[0].cli({"unblock", id}).exit_code == 0);
  CHECK(sees(mesh[0], "boat 1.txt"));
  CHECK(mesh[0].cli({"unblock", id}).exit_code == 2);

  CHECK(mesh[1].cli({"block", id}).exit_code == 0);  // its holder
  CHECK(!sees(mesh[0], "boat 1.txt"));
  CHECK(mesh[0].cli({"get", id, "--timeout", "2"}).exit_code == 5);
}

TEST_CASE("a blocked node has no link until it is unblocked, also after a restart") {
  Boats mesh(2);
  const std::string peer = mesh[1].status().at("id");
  CHECK(mesh[0].cli({"block", peer.substr(0, 8)}).exit_code == 0);
  CHECK(mesh[0].has_peers(0));
  mesh[0].kill();
  mesh[0].start_again();
  CHECK(eventually([&] { return mesh[0].counter("links_banned") >= 1; }, kAnswerLimit));
  CHECK(mesh[0].peer_count() == 0);
  CHECK(mesh[0].cli({"unblock", peer}).exit_code == 0);
  CHECK(mesh[0].has_peers(1));
}

TEST_CASE("blocking a node ends what is being fetched from it, and nothing goes on afterwards") {
  const TempDir dir;
  write_random_file(dir.path() / "share" / "boat.bin", kFileBytes, 1);
  Daemon holder(dir.path() / "holder", {.paths = {(dir.path() / "share").string()}});
  const std::string peer = holder.status().at("id");
  const Daemon fetcher(dir.path() / "fetcher", {.peers = {holder.address()}});
  REQUIRE(holder.has_hashed(1));
  const std::string id = id_of(search(fetcher), "boat.bin");
  REQUIRE(!id.empty());
  const auto got = dir.path() / "boat.bin";
  const auto get = fetcher.start_cli(
      {"get", id, "-o", got.string(), "--rate", "1M", "--timeout", "3", "--json"}, "get");
  const auto has_part = [&] {
    const auto events = parse_events(get->out());
    return !events.empty() && events.back().value("done", std::uint64_t{0}) > 0;
  };
  REQUIRE(eventually([&] { return !get->running() || has_part(); }));
  holder.process().send(SIGSTOP);  // so that there is something to end
  REQUIRE(get->running());
  CHECK(fetcher.cli({"block", peer}).exit_code == 0);
  CHECK(eventually([&] { return open_transfers(fetcher) == 0; }, kAnswerLimit));
  holder.process().send(SIGCONT);
  const auto ended = get->wait(kLongEnough);
  REQUIRE(ended.has_value());
  CHECK(*ended == 8);  // part of it came
  CHECK(!std::filesystem::exists(got));
  CHECK(open_transfers(fetcher) == 0);
  CHECK(fetcher.has_peers(0));
}

TEST_CASE("a moderator's list spreads to those who obey it, to newcomers too, and to nobody else") {
  Boats mesh(3);
  const std::string id = id_of(search(mesh[0]), "boat 2.txt");
  REQUIRE(!id.empty());
  const Json made = mesh[2].cli({"block", "--become-moderator", "--json"}).json();
  const std::string key = made.at("moderator");
  CHECK(mesh[1].cli({"block", "--obey", key}).exit_code == 0);
  CHECK(mesh[2].cli({"block", "--sign", id}).exit_code == 0);
  const auto version_of = [&](std::size_t node) {
    return mesh[node].cli({"block", "--json"}).json().at("version");
  };
  CHECK(eventually([&] { return version_of(1) == 1; }, kAnswerLimit));
  CHECK(version_of(0) == 0);
  CHECK(mesh[0].cli({"block", "--obey", key}).exit_code == 0);
  CHECK(eventually([&] { return version_of(0) == 1; }, kAnswerLimit));
  CHECK(!sees(mesh[0], "boat 2.txt"));
  mesh[0].kill();
  mesh[0].start_again();
  CHECK(version_of(0) == 1);
  CHECK(mesh[2].cli({"unblock", "--sign", id}).exit_code == 0);
  CHECK(eventually([&] { return version_of(0) == 2; }, kAnswerLimit));
  CHECK(sees(mesh[0], "boat 2.txt"));
  CHECK(mesh[1].cli({"block", "--sign", id}).exit_code == 2);  // no moderator's key there
}

TEST_CASE("a node that only receives finds, fetches and relays, and neither answers nor serves") {
  const TempDir dir;
  const auto shared = [&](const std::string& name) {
    write_file(dir.path() / name / ("boat " + name + ".txt"), "the boat of " + name);
    return std::vector<std::string>{(dir.path() / name).string()};
  };
  const Daemon left(dir.path() / "l", {.paths = shared("left")});
  const Daemon middle(dir.path() / "m",
                      {.paths = shared("middle"),
                       .peers = {left.address()},
                       .flags = {"--no-discovery", "--receive-only"}});
  const Daemon right(dir.path() / "r", {.paths = shared("right"), .peers = {middle.address()}});
  REQUIRE(middle.has_peers(2));
  REQUIRE(left.has_hashed(1));
  REQUIRE(middle.has_hashed(1));
  REQUIRE(right.has_hashed(1));
  CHECK(sees(left, "boat right.txt"));
  CHECK(!sees(left, "boat middle.txt"));
  const std::string id = id_of(search(middle), "boat right.txt");
  REQUIRE(!id.empty());
  CHECK(middle.cli({"get", id}).exit_code == 0);
}

TEST_CASE("status lists what peers can fill") {
  const TempDir dir;
  const Daemon daemon(dir.path() / "n", {});
  const Json limits = daemon.status().at("limits");
  CHECK(limits.size() >= 20);
  bool has_links = false;
  for (const Json& limit : limits) {
    CHECK(limit.at("value") > 0);
    has_links = has_links || limit.at("name") == "links";
  }
  CHECK(has_links);
}

}  // namespace freshet::testing
