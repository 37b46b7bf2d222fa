#include <atomic>
#include <functional>

#include <doctest/doctest.h>

#include "tests/unit/api/control_fixture.h"

namespace freshet::api {
namespace {

Hit hit(std::uint32_t n, std::uint32_t sources = 1) {
  return {
      .n = n, .id = std::nullopt, .name = "file", .size_bytes = n, .sources = sources, .hops = 1};
}

SearchRequest search_for(std::string term) {
  SearchRequest request;
  request.words.push_back(std::move(term));
  return request;
}

}  // namespace

TEST_CASE("a request is answered, and the next on the same connection too") {
  Daemon daemon;
  daemon.service.on_status = [](const StatusRequest&, const Responder<StatusRequest>& reply) {
    StatusInfo info;
    info.name = "desk";
    reply.done(info);
  };
  ControlClient client = daemon.client();
  const auto pong = client.call(PingRequest{}, kLong);
  REQUIRE(pong.ok());
  CHECK(pong->agent == "fake");
  const auto status = client.call(StatusRequest{}, kLong);
  REQUIRE(status.ok());
  CHECK(status->name == "desk");
  CHECK(daemon.counters().requests == 2);
}

TEST_CASE("events arrive in order before the end") {
  Daemon daemon;
  daemon.service.on_search = [](const SearchRequest& request,
                                const Responder<SearchRequest>& reply) {
    CHECK(request.words == std::vector<std::string>{"blue"});
    CHECK(reply.event(hit(1)));
    CHECK(reply.event(hit(2)));
    reply.done({.hits = 2, .answered = 1, .seconds = 0.1});
    CHECK(reply.over());
    CHECK_FALSE(reply.event(hit(3)));
  };
  std::vector<std::uint32_t> numbers;
  ControlClient client = daemon.client();
  const auto done =
      client.call(search_for("blue"), kLong, [&](const Hit& one) { numbers.push_back(one.n); });
  REQUIRE(done.ok());
  CHECK(done->hits == 2);
  CHECK(numbers == std::vector<std::uint32_t>{1, 2});
}

TEST_CASE("an answer may come later, from another turn of the io thread") {
  Daemon daemon;
  std::promise<Responder<SearchRequest>> asked;
  daemon.service.on_search = [&](const SearchRequest&, const Responder<SearchRequest>& reply) {
    asked.set_value(reply);
  };
  ControlClient client = daemon.client();
  REQUIRE(client.send(search_for("x")).ok());
  auto reply = std::make_unique<Responder<SearchRequest>>(asked.get_future().get());
  daemon.run([&] { reply->event(hit(1)); });
  const auto first = client.next<SearchRequest>(kLong);
  REQUIRE(first.ok());
  CHECK(std::get<Hit>(*first).n == 1);
  daemon.run([&] {
    reply->done({});
    reply.reset();
  });
  const auto last = client.next<SearchRequest>(kLong);
  REQUIRE(last.ok());
  CHECK(std::holds_alternative<SearchDone>(*last));
}

TEST_CASE("a failure reaches the client with its code and its message") {
  Daemon daemon;
  daemon.service.on_get = [](const GetRequest&, const Responder<GetRequest>& reply) {
    reply.fail({ErrorCode::no_source, "nobody has it"});
  };
  ControlClient client = daemon.client();
  const auto got =
      client.call(GetRequest{.what = "1", .folder = "", .file_name = "", .timeout = {}}, kLong);
  REQUIRE_FALSE(got.ok());
  CHECK(got.error().code == ErrorCode::no_source);
  CHECK(got.error().message == "nobody has it");
  CHECK(client.call(PingRequest{}, kLong).ok());
}

TEST_CASE("what a service does not do is refused") {
  Daemon daemon;
  const auto peers = daemon.client().call(PeersRequest{}, kLong);
  REQUIRE_FALSE(peers.ok());
  CHECK(peers.error().code == ErrorCode::invalid);
}

TEST_CASE("a service that forgets a request does not leave its client waiting") {
  Daemon daemon;
  daemon.service.on_status = [](const StatusRequest&, const Responder<StatusRequest>&) {
  };
  const auto status = daemon.client().call(StatusRequest{}, kLong);
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().code == ErrorCode::io);
}

TEST_CASE("a service is told once that its client went away, and may still speak into the void") {
  Daemon daemon;
  std::promise<void> gone;
  std::promise<void> asked;
  daemon.service.on_search = [&](const SearchRequest&, const Responder<SearchRequest>& reply) {
    reply.on_gone([&gone, reply] {
      CHECK(reply.over());
      CHECK_FALSE(reply.event(hit(1)));
      reply.on_idle([] { FAIL("nobody is there to be idle"); });
      reply.done({});
      gone.set_value();  // throws when it is told twice
    });
    asked.set_value();
  };
  {
    ControlClient client = daemon.client();
    REQUIRE(client.send(search_for("x")).ok());
    asked.get_future().wait();
  }
  CHECK(gone.get_future().wait_for(kLong) == std::future_status::ready);
}

TEST_CASE("a client that goes away after the end is nobody's business") {
  Daemon daemon;
  bool told = false;
  daemon.service.on_search = [&](const SearchRequest&, const Responder<SearchRequest>& reply) {
    reply.on_gone([&told] { told = true; });
    reply.done({});
  };
  CHECK(daemon.client().call(search_for("x"), kLong).ok());
  daemon.destroy_server();
  CHECK_FALSE(told);
}

TEST_CASE("on_gone after the client went away is told at once") {
  Daemon daemon;
  std::promise<Responder<SearchRequest>> asked;
  std::promise<void> first;
  daemon.service.on_search = [&](const SearchRequest&, const Responder<SearchRequest>& reply) {
    reply.on_gone([&first] { first.set_value(); });
    asked.set_value(reply);
  };
  auto client = std::make_unique<ControlClient>(daemon.client());
  REQUIRE(client->send(search_for("x")).ok());
  auto reply = std::make_unique<Responder<SearchRequest>>(asked.get_future().get());
  client.reset();
  REQUIRE(first.get_future().wait_for(kLong) == std::future_status::ready);
  bool told = false;
  daemon.run([&] {
    reply->on_gone([&told] { told = true; });
    reply.reset();
  });
  CHECK(told);
}

TEST_CASE("who asked for down hears the answer first and the end of the connection last") {
  Daemon daemon;
  daemon.service.on_down = [](const DownRequest&, const Responder<DownRequest>& reply) {
    reply.done({});
  };
  ControlClient client = daemon.client();
  REQUIRE(client.call(DownRequest{}, kLong).ok());
  daemon.stop();
  const Status early = client.wait_closed(Millis(0));
  REQUIRE_FALSE(early.ok());
  CHECK(early.error().code == ErrorCode::timed_out);
  daemon.destroy_server();
  CHECK(client.wait_closed(kLong).ok());
}

TEST_CASE("a server that stops tells services and clients, and takes nobody any more") {
  Daemon daemon;
  std::promise<void> asked;
  bool told = false;
  daemon.service.on_search = [&](const SearchRequest&, const Responder<SearchRequest>& reply) {
    reply.on_gone([&told, reply] { told = true; });
    reply.event(hit(1));
    asked.set_value();
  };
  ControlClient client = daemon.client();
  REQUIRE(client.send(search_for("x")).ok());
  asked.get_future().wait();
  daemon.stop();
  daemon.run([&] { CHECK(told); });
  CHECK(client.next<SearchRequest>(kLong).ok());
  const auto end = client.next<SearchRequest>(kLong);
  REQUIRE_FALSE(end.ok());
  CHECK(end.error().code == ErrorCode::no_daemon);
  const auto late = ControlClient::connect(daemon.state_dir);
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().code == ErrorCode::no_daemon);
}

TEST_CASE(
    "a client that reads nothing costs bounded memory, and hears the latest state of each thing") {
  Daemon daemon(
      {.state_dir = "", .request_timeout = kLong, .max_connections = 4, .max_queued_events = 100});
  constexpr std::uint32_t things = 50'000;
  std::promise<std::uint32_t> dropped;
  daemon.service.on_search = [&](const SearchRequest&, const Responder<SearchRequest>& reply) {
    std::uint32_t refused = 0;
    for (std::uint32_t n = 1; n <= things; ++n) refused += reply.event(hit(n, 1)) ? 0U : 1U;
    for (std::uint32_t n = 1; n <= things; ++n) reply.event(hit(n, 2));
    reply.done({.hits = things, .answered = 1, .seconds = 0});
    dropped.set_value(refused);
  };
  ControlClient client = daemon.client();
  REQUIRE(client.send(search_for("x")).ok());
  CHECK(dropped.get_future().get() > 0);
  std::uint32_t heard = 0;
  std::uint32_t newer = 0;
  for (;;) {
    const auto next = client.next<SearchRequest>(kLong);
    REQUIRE(next.ok());
    if (std::holds_alternative<SearchDone>(*next)) break;
    ++heard;
    newer += std::get<Hit>(*next).sources == 2 ? 1U : 0U;
  }
  CHECK(heard < things);
  CHECK(newer >= 90);
  CHECK(daemon.counters().events_dropped > 0);
}

TEST_CASE(
    "a service that waits for its client loses no event, and runs no further ahead than one page") {
  Daemon daemon(
      {.state_dir = "", .request_timeout = kLong, .max_connections = 4, .max_queued_events = 100});
  constexpr std::uint32_t page = 100;
  constexpr std::uint32_t pages = 400;  // more than the socket takes
  std::atomic<std::uint32_t> sent = 0;
  std::function<void(const Responder<SearchRequest>&)> next;
  next = [&](const Responder<SearchRequest>& reply) {
    for (std::uint32_t i = 0; i < page; ++i) CHECK(reply.event(hit(++sent)));
    if (sent == page * pages) {
      reply.done({.hits = sent, .answered = 1, .seconds = 0});
    } else {
      reply.on_idle([&next, reply] { next(reply); });
    }
  };
  daemon.service.on_search = [&](const SearchRequest&, const Responder<SearchRequest>& reply) {
    next(reply);
  };
  ControlClient client = daemon.client();
  REQUIRE(client.send(search_for("x")).ok());
  std::uint32_t heard = 0;
  for (;;) {
    const auto told = client.next<SearchRequest>(kLong);
    REQUIRE(told.ok());
    if (std::holds_alternative<SearchDone>(*told)) break;
    CHECK(std::get<Hit>(*told).n == ++heard);
  }
  CHECK(heard == page * pages);
  CHECK(daemon.counters().events_dropped == 0);
}

TEST_CASE("a wait ends with its timeout") {
  Daemon daemon;
  std::optional<Responder<StatusRequest>> kept;
  daemon.service.on_status = [&](const StatusRequest&, const Responder<StatusRequest>& reply) {
    kept = reply;
  };
  ControlClient client = daemon.client();
  const auto status = client.call(StatusRequest{}, Millis(20));
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().code == ErrorCode::timed_out);
  daemon.run([&] { kept.reset(); });
}

TEST_CASE("a wait ends when it is canceled, before or while it lasts") {
  Daemon daemon;
  std::optional<Responder<StatusRequest>> kept;
  Cancel cancel;
  daemon.service.on_status = [&](const StatusRequest&, const Responder<StatusRequest>& reply) {
    kept = reply;
    cancel.request();
  };
  ControlClient client = daemon.client(&cancel);
  const auto status = client.call(StatusRequest{}, ControlClient::kForever);
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().code == ErrorCode::canceled);
  ControlClient second = daemon.client(&cancel);
  const auto pong = second.call(PingRequest{}, ControlClient::kForever);
  REQUIRE_FALSE(pong.ok());
  CHECK(pong.error().code == ErrorCode::canceled);
  daemon.run([&] { kept.reset(); });
}

}  // namespace freshet::api
