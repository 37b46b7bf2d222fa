// The JSON that scripts read, name by name.
#include "node/cli/json_view.h"

#include <doctest/doctest.h>

namespace freshet::cli {
namespace {

using nlohmann::json;

template <typename Id>
Id filled(Byte with) {
  Id id;
  id.bytes.fill(with);
  return id;
}

}  // namespace

TEST_CASE("a hit names its number, id or null, name, size, sources and hops") {
  api::Hit hit;
  hit.n = 1;
  hit.name = "a \"b\"";
  hit.size_bytes = 5;
  hit.sources = 2;
  hit.hops = 3;
  hit.other_names = {"c"};
  const json expected = {{"schema", 1},
                         {"event", "hit"},
                         {"n", 1},
                         {"id", nullptr},
                         {"name", "a \"b\""},
                         {"size", 5},
                         {"sources", 2},
                         {"hops", 3},
                         {"names", {"a \"b\"", "c"}},
                         {"folder", false}};
  CHECK(json_of(hit) == expected);
  hit.id = filled<ContentId>(0xAB);
  CHECK(json_of(hit)["id"] == hit.id->hex());
  hit.is_cached = true;
  CHECK(json_of(hit)["cached"] == true);
}

TEST_CASE("a hit says what its file says of itself, and no key for the rest") {
  api::Hit hit;
  hit.metadata = {.artist = "Björk", .title = "Jóga", .duration_ms = 305'000};
  const json song = json_of(hit);
  CHECK(song["artist"] == "Björk");
  CHECK(song["title"] == "Jóga");
  CHECK(song["duration_ms"] == 305'000);
  CHECK_FALSE(song.contains("album"));
  CHECK_FALSE(song.contains("width"));
  hit.metadata = {.width = 640, .height = 480};
  CHECK(json_of(hit)["width"] == 640);
  CHECK(json_of(hit)["height"] == 480);
}

TEST_CASE("the end of a search names hits, who answered, the order and the time") {
  api::SearchDone done;
  done.hits = 4;
  done.answered = 2;
  done.seconds = 1.2345;
  done.ttl = 7;
  done.answered_at = {0, 2};
  done.ranking = {3, 1};
  CHECK(json_of(done)
        == json{{"schema", 1},
                {"event", "done"},
                {"hits", 4},
                {"answered", 2},
                {"answered_at", {0, 2}},
                {"ttl", 7},
                {"reached", nullptr},
                {"ranking", {3, 1}},
                {"seconds", 1.235}});
}

TEST_CASE("a tally is in the end of its search, and its nodes are reached where it is exact") {
  api::SearchDone done;
  done.tally = {
      .is_exact = true,
      .counts = {
          .nodes = 3, .queries = 5, .query_bytes = 300, .duplicates = 2, .tallies = 3, .hops = 2}};
  CHECK(json_of(done)["reached"] == 3);
  CHECK(json_of(done)["tally"]
        == json{{"exact", true},
                {"nodes", 3},
                {"hops", 2},
                {"messages", 5},
                {"bytes", 300},
                {"duplicates", 2},
                {"tallies", 3},
                {"silent", 0},
                {"open", false}});
  done.tally->is_exact = false;
  CHECK(json_of(done)["reached"] == nullptr);
}

TEST_CASE("the end of a browse names the node, how many files, and whether there are more") {
  api::BrowseDone done;
  done.node = filled<NodeKey>(0xAB);
  done.name = "alice";
  done.files = 4;
  done.more = true;
  done.seconds = 1.2345;
  json expected = {{"schema", 1},
                   {"event", "done"},
                   {"hits", 4},
                   {"answered", 1},
                   {"node", done.node.hex()},
                   {"name", "alice"},
                   {"outcome", "listed"},
                   {"more", true},
                   {"linked", false},
                   {"seconds", 1.235}};
  CHECK(json_of(done) == expected);
  done.outcome = api::BrowseDone::Outcome::refused;
  CHECK(json_of(done)["outcome"] == "refused");
  done.outcome = api::BrowseDone::Outcome::receive_only;
  CHECK(json_of(done)["outcome"] == "receive_only");
  done.outcome = api::BrowseDone::Outcome::too_old;
  CHECK(json_of(done)["outcome"] == "too_old");
}

TEST_CASE("a get tells its progress and its end") {
  api::GetProgress progress;
  progress.done_bytes = 1;
  progress.size_bytes = 2;
  progress.sources = 3;
  CHECK(json_of(progress)
        == json{{"schema", 1},
                {"event", "progress"},
                {"id", ContentId{}.hex()},
                {"done", 1},
                {"size", 2},
                {"sources", 3}});
  api::GetDone done;
  done.path = "/x";
  done.size_bytes = 2;
  done.seconds = 0.5;
  done.sources = 3;
  CHECK(json_of(done)
        == json{{"schema", 1},
                {"event", "done"},
                {"id", ContentId{}.hex()},
                {"path", "/x"},
                {"bytes", 2},
                {"seconds", 0.5},
                {"sources", 3}});
}

TEST_CASE("peers are a bare array") {
  api::PeerList list;
  CHECK(json_of(list) == json::array());
  list.peers.push_back({.id = filled<NodeKey>(1),
                        .addr = "h:1",
                        .name = "n",
                        .direction = api::Direction::out,
                        .rtt_ms = {}});
  const json view = json_of(list);
  REQUIRE(view.is_array());
  CHECK(view[0]["id"] == filled<NodeKey>(1).hex());
  CHECK(view[0]["addr"] == "h:1");
  CHECK(view[0]["name"] == "n");
  CHECK(view[0]["direction"] == "out");
  CHECK(view[0]["rtt_ms"].is_null());
  list.peers[0].rtt_ms = 0.25;
  CHECK(json_of(list)[0]["rtt_ms"] == 0.25);
}

TEST_CASE("the status has every counter under its own name") {
  api::StatusInfo status;
  status.listen = {"127.0.0.1:1", "[::1]:1"};
  status.peers = 2;
  status.shared_files = 3;
  status.shared_bytes = 4;
  status.hashed_files = 1;
  status.counters = {{.name = "query_duplicates", .value = 9}};
  const json view = json_of(status);
  CHECK(view["schema"] == 1);
  CHECK(view["id"] == NodeKey{}.hex());
  CHECK(view["listen"] == "127.0.0.1:1");
  CHECK(view["peers"] == 2);
  CHECK(view["shared_files"] == 3);
  CHECK(view["shared_bytes"] == 4);
  CHECK(view["hashed_files"] == 1);
  CHECK(view["counters"] == json{{"query_duplicates", 9}});
  CHECK(json_of(api::StatusInfo{})["counters"].is_object());
  CHECK(view["rates"]["up"].is_null());
  status.rates.up = 16384;
  CHECK(json_of(status)["rates"]["up"] == 16384);
  CHECK(json_of(status)["rates"]["polite"] == false);
}

TEST_CASE("shares and downloads are lists in an object") {
  CHECK(json_of(api::ShareLines{})["shares"].is_array());
  CHECK(json_of(api::DownloadList{})["downloads"].is_array());
  api::DownloadList list;
  list.downloads.emplace_back();
  list.downloads[0].state = api::DownloadState::done;
  CHECK(json_of(list)["downloads"][0]["state"] == "done");
}

}  // namespace freshet::cli
