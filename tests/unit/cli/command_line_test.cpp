// Arguments to options: every command of the contracts, and every way to get them wrong.
#include "node/cli/command_line.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "node/cli/exit_code.h"

namespace freshet::cli {
namespace {

using Words = std::vector<std::string>;

template <typename T>
T parsed(const Words& arguments, Globals* globals = nullptr) {
  auto result = parse_command_line(arguments);
  if (const auto* stop = std::get_if<Stop>(&result)) FAIL(stop->err);
  auto& line = std::get<CommandLine>(result);
  if (globals != nullptr) *globals = line.globals;
  REQUIRE(std::holds_alternative<T>(line.command));
  return std::get<T>(line.command);
}

std::string refused(const Words& arguments) {
  const auto result = parse_command_line(arguments);
  const auto* stop = std::get_if<Stop>(&result);
  REQUIRE(stop != nullptr);
  CHECK(stop->exit_code == kExitUsage);
  CHECK(stop->out.empty());
  CHECK(std::count(stop->err.begin(), stop->err.end(), '\n') == 1);
  CHECK(stop->err.back() == '\n');
  CHECK(stop->err.find("freshet") == 0);
  return stop->err;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("--state and --json stand before the command or behind it") {
  for (const Words& arguments : {Words{"--state", "/s", "--json", "status"},
                                 Words{"status", "--state", "/s", "--json"},
                                 Words{"--json", "status", "--state=/s"}}) {
    Globals globals;
    parsed<StatusOptions>(arguments, &globals);
    CHECK(globals.state == "/s");
    CHECK(globals.json);
  }
  Globals globals;
  parsed<SearchOptions>({"search", "a", "--json", "--state", "/s", "b"}, &globals);
  CHECK(globals.state == "/s");
  CHECK(globals.json);
  parsed<ShareOptions>({"share", "ls", "--state", "/s", "--json"}, &globals);
  CHECK(globals.state == "/s");
  CHECK(globals.json);
}

TEST_CASE("commands without options are told apart") {
  parsed<StatusOptions>({"status"});
  parsed<DownOptions>({"down"});
  parsed<PeersOptions>({"peers"});
  parsed<DownloadsOptions>({"downloads"});
}

TEST_CASE("up takes all of its options") {
  const auto up = parsed<UpOptions>({"up",
                                     "--peer",
                                     "a:1",
                                     "/x",
                                     "--peer",
                                     "[::1]:2",
                                     "/y/",
                                     "--listen",
                                     "127.0.0.1:0",
                                     "--name",
                                     "n",
                                     "--no-discovery",
                                     "--no-beacon",
                                     "--bittorrent",
                                     "--state",
                                     "/s",
                                     "--json"});
  CHECK(up.paths == Words{"/x", "/y"});
  CHECK(up.peers == Words{"a:1", "[::1]:2"});
  CHECK(up.listen == "127.0.0.1:0");
  CHECK(up.name == "n");
  CHECK(up.no_discovery);
  CHECK(up.no_beacon);
  CHECK(up.bittorrent);
  CHECK(parsed<UpOptions>({"up", "--receive-only"}).receive_only);
  refused({"up", "--bittorrent", "--receive-only"});
  CHECK(up.state == "/s");
  CHECK(up.json);
}

TEST_CASE("up alone shares nothing and leaves the rest to the daemon") {
  const auto up = parsed<UpOptions>({"up"});
  CHECK(up.paths.empty());
  CHECK(up.peers.empty());
  CHECK_FALSE(up.listen);
  CHECK_FALSE(up.state);
  CHECK_FALSE(up.no_discovery);
}

TEST_CASE("up takes relative paths from where it was typed") {
  const auto up = parsed<UpOptions>({"up", "here/../there"});
  REQUIRE(up.paths.size() == 1);
  CHECK(up.paths[0].front() == '/');
  CHECK(up.paths[0].substr(up.paths[0].size() - 6) == "/there");
}

TEST_CASE("up refuses addresses that are none") {
  CHECK(has(refused({"up", "--listen", "nowhere"}), "--listen"));
  CHECK(has(refused({"up", "--peer", "a:b"}), "--peer"));
  CHECK(has(refused({"up", "--name", std::string(65, 'x')}), "--name"));
  refused({"up", ""});
  refused({"up", "--nonsense"});
  refused({"up", "--peer"});
}

TEST_CASE("join takes one address") {
  CHECK(parsed<JoinOptions>({"join", "host:1"}).target == "host:1");
  CHECK(parsed<JoinOptions>({"join", "-"}).target == "-");
  CHECK(parsed<JoinOptions>({"join", "--file", "/i"}).file == "/i");
  CHECK(parsed<JoinOptions>({"join", "freshet:1?at=host:1"}).target == "freshet:1?at=host:1");
  refused({"join", "host:1", "--file", "/i"});
  refused({"join", "freshet:x"});
  refused({"join"});
  refused({"join", "host:x"});
  refused({"join", "a", "b"});
}

TEST_CASE("share has six actions") {
  using Action = ShareOptions::Action;
  CHECK(parsed<ShareOptions>({"share", "ls"}).action == Action::list);
  CHECK(parsed<ShareOptions>({"share", "rescan"}).action == Action::rescan);
  CHECK(parsed<ShareOptions>({"share", "pause"}).action == Action::pause);
  CHECK(parsed<ShareOptions>({"share", "resume"}).action == Action::resume);
  const auto add = parsed<ShareOptions>({"share", "add", "/a", "/b"});
  CHECK(add.action == Action::add);
  CHECK(add.paths == Words{"/a", "/b"});
  CHECK_FALSE(add.no_browse);
  CHECK(parsed<ShareOptions>({"share", "add", "--no-browse", "/a"}).no_browse);
  const auto browse = parsed<ShareOptions>({"share", "browse", "off", "/a", "/b"});
  CHECK(browse.action == Action::browse);
  CHECK(browse.browse == "off");
  CHECK(browse.paths == Words{"/a", "/b"});
  refused({"share", "browse", "off"});
  refused({"share", "browse", "maybe", "/a"});
  refused({"share", "rm", "--no-browse", "/a"});
  const auto remove = parsed<ShareOptions>({"share", "rm", "/a"});
  CHECK(remove.action == Action::remove);
  CHECK(remove.paths == Words{"/a"});
  refused({"share"});
  refused({"share", "add"});
  refused({"share", "mv", "/a"});
  refused({"share", "ls", "/a"});
}

TEST_CASE("search takes words, options and the words that are excluded, in any order") {
  const auto search = parsed<SearchOptions>({"search",
                                             "jazz",
                                             "-live",
                                             "--ttl",
                                             "3",
                                             "two words",
                                             "--timeout",
                                             "1.5",
                                             "--limit=10",
                                             "--strategy",
                                             "flood",
                                             "-house"});
  CHECK(search.words == Words{"jazz", "-live", "two words", "-house"});
  CHECK(search.ttl == 3U);
  CHECK(search.timeout_s == 1.5);
  CHECK(search.limit == 10U);
  CHECK(search.strategy == "flood");
}

TEST_CASE("search takes everything behind a double hyphen as it is") {
  const auto search = parsed<SearchOptions>({"search", "-live", "a", "--", "-v", "--json", "--"});
  CHECK(search.words == Words{"-live", "a", "--", "-v", "--json", "--"});
}

TEST_CASE("search finds words that are the names of commands") {
  CHECK(parsed<SearchOptions>({"search", "status"}).words == Words{"status"});
  CHECK(parsed<SearchOptions>({"search", "search", "up", "down"}).words
        == Words{"search", "up", "down"});
}

TEST_CASE("search refuses what is out of range before anybody is asked") {
  refused({"search"});
  refused({"search", "--"});
  CHECK(has(refused({"search", "x", "--ttl", "16"}), "--ttl"));
  CHECK(has(refused({"search", "x", "--ttl", "-1"}), "--ttl"));
  refused({"search", "x", "--ttl", "many"});
  refused({"search", "x", "--timeout", "soon"});
  refused({"search", "x", "--timeout", "0"});
  refused({"search", "x", "--timeout", "nan"});
  refused({"search", "x", "--limit", "0"});
  refused({"search", "x", "--unknown"});
  CHECK(has(refused({"search", "x", "--strategy", "magic"}), "none of"));
  CHECK(has(refused({"search", "-live"}), "only excluded"));
  CHECK(has(refused({"search", "..."}), "nothing to search for"));
  refused({"search", std::string(1025, 'x')});
  CHECK(parsed<SearchOptions>({"search", "x", "--ttl", "0"}).ttl == 0U);
  CHECK(parsed<SearchOptions>({"search", "x", "--ttl", "15"}).ttl == 15U);
}

TEST_CASE("get takes numbers and ids, and where to put them") {
  const auto get = parsed<GetOptions>(
      {"get", "2", "-o", "/tmp", "ab12", std::string(64, 'F'), "--timeout", "3"});
  CHECK(get.what == Words{"2", "ab12", std::string(64, 'F')});
  CHECK(get.output == "/tmp");
  CHECK(get.timeout_s == 3);
  CHECK(parsed<GetOptions>({"get", "1", "-o", "-"}).output == "-");
  CHECK(parsed<GetOptions>({"get", "1", "--output=x"}).output == "x");
}

TEST_CASE("get refuses what can name nothing") {
  refused({"get"});
  CHECK(has(refused({"get", "not-an-id"}), "neither"));
  refused({"get", ""});
  refused({"get", std::string(65, 'a')});
  CHECK(has(refused({"get", "/nowhere/x.torrent"}), "/nowhere/x.torrent: there is no such file"));
  CHECK(has(refused({"get", "magnet:?xt=urn:btmh:1220"}), "the magnet link: its xt is not 1220"));
  const std::string magnet = "magnet:?xt=urn:btih:" + std::string(40, 'a');
  const auto named = parsed<GetOptions>({"get", magnet, "--source", "10.0.0.1:6881", "3"});
  CHECK(named.what.size() == 2);
  CHECK(named.sources.size() == 1);
  CHECK(has(refused({"get", magnet, "-o", "-"}), "torrents go to a folder"));
  CHECK(has(refused({"get", "3", "--source", "10.0.0.1:1"}), "--source"));
  refused({"get", "1", "-o", ""});
  refused({"get", "1", "2", "-o", "-"});
  refused({"get", "1", "-o", "-", "--json"});
  refused({"get", "1", "--timeout", "-3"});
}

TEST_CASE("demo takes a folder and a seed") {
  const auto demo = parsed<DemoOptions>({"demo", "/d", "--seed", "7", "--json"});
  CHECK(demo.dir == "/d");
  CHECK(demo.seed == 7U);
  CHECK(demo.json);
  CHECK_FALSE(parsed<DemoOptions>({"demo"}).dir);
}

TEST_CASE("an invite with a key is refused as an argument, says what to do, and is not repeated") {
  const std::string key = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";
  for (const std::string& invite : {"freshet:1?key=" + key, "freshet:1?name=x&key=" + key + "x"}) {
    const std::string why = refused({"join", invite});
    CHECK(has(why, "freshet join -"));
    CHECK(has(why, "--file"));
    CHECK_FALSE(has(why, key.substr(0, 8)));
  }
}

TEST_CASE("mesh shows, makes and leaves") {
  using Action = MeshOptions::Action;
  CHECK(parsed<MeshOptions>({"mesh"}).action == Action::show);
  const auto made =
      parsed<MeshOptions>({"mesh", "new", "--name", "Room 12", "--moderator", "self"});
  CHECK(made.action == Action::make);
  CHECK(made.name == "Room 12");
  CHECK(made.moderator == "self");
  CHECK(parsed<MeshOptions>({"mesh", "leave", "--forget"}).forget);
  refused({"mesh", "burn"});
  refused({"mesh", "new", "--name", std::string(65, 'x')});
  refused({"mesh", "new", "--moderator", "me"});
  parsed<InviteOptions>({"invite"});
}

TEST_CASE("browse takes one peer, a limit and a time") {
  const auto browse =
      parsed<BrowseOptions>({"browse", "alice", "--limit", "5", "--timeout", "1.5"});
  CHECK(browse.peer == "alice");
  CHECK(browse.limit == 5);
  CHECK(browse.timeout_s == 1.5);
  CHECK_FALSE(parsed<BrowseOptions>({"browse", "192.0.2.1:7346"}).limit.has_value());
  refused({"browse"});
  refused({"browse", ""});
  refused({"browse", "alice", "bob"});
  refused({"browse", "alice", "--limit", "0"});
  refused({"browse", "alice", "--timeout", "-1"});
  refused({"browse", std::string(2000, 'x')});
}

TEST_CASE("a missing or unknown command is a usage error with a hint") {
  CHECK(has(refused({}), "command is missing"));
  CHECK(has(refused({"--json"}), "freshet --help"));
  CHECK(has(refused({"frobnicate"}), "no command 'frobnicate'"));
  CHECK(has(refused({"--state", "/s", "frobnicate", "x"}), "no command 'frobnicate'"));
  CHECK(has(refused({"fro\x1b[31m"}), "\\x1b"));
  refused({"status", "extra"});
  refused({"status", "--state", ""});
  refused({"status", "--state"});
}

TEST_CASE("help and version are data and succeed") {
  for (const Words& arguments : {Words{"--help"},
                                 Words{"-h"},
                                 Words{"search", "--help"},
                                 Words{"search", "-h"},
                                 Words{"share", "add", "--help"},
                                 Words{"--version"}}) {
    const auto result = parse_command_line(arguments);
    const auto* stop = std::get_if<Stop>(&result);
    REQUIRE(stop != nullptr);
    CHECK(stop->exit_code == kExitOk);
    CHECK_FALSE(stop->out.empty());
    CHECK(stop->err.empty());
  }
  const auto help = std::get<Stop>(parse_command_line({"--help"})).out;
  for (const char* command :
       {"up", "down", "status", "peers", "join", "share", "search", "get", "downloads", "demo"}) {
    CAPTURE(command);
    CHECK(has(help, std::string("  ") + command + " "));
  }
  CHECK(std::get<Stop>(parse_command_line({"--version"})).out.find("freshet 0.") == 0);
}

}  // namespace freshet::cli
