#include "node/core/bittorrent/announced_dials.h"

#include <doctest/doctest.h>

using namespace freshet;                    // NOLINT(google-build-using-namespace): a test
using namespace freshet::core::bittorrent;  // NOLINT(google-build-using-namespace): a test
using wire::bt::Announce;

namespace {

const Endpoint kAnnouncedHost = *Endpoint::parse("10.0.0.2:1");

Announce on_port(std::size_t port) {
  Announce announce;
  announce.port = static_cast<std::uint16_t>(port);
  return announce;
}

bool nobody(const wire::bt::PeerId& /*peer*/) {
  return false;
}

struct Book {
  Counters counters;
  AnnouncedDials dials{counters};
  TimePoint now{};
};

}  // namespace

TEST_CASE("who announced itself is dialled after a while, at its own port, and once") {
  Book book;
  book.dials.plan(on_port(6881), kAnnouncedHost, book.now);
  book.dials.plan(on_port(6881), kAnnouncedHost, book.now);
  CHECK(book.dials.waiting() == 1);
  CHECK_FALSE(book.dials.next(book.now, nobody).has_value());
  const auto dial = book.dials.next(book.now + AnnouncedDials::kDialAfter, nobody);
  REQUIRE(dial.has_value());
  CHECK(dial->peer.at.to_string() == "10.0.0.2:6881");
  CHECK(book.dials.waiting() == 0);
  CHECK(book.counters.dials_refused == 0);
}

TEST_CASE("who came by itself meanwhile is not dialled") {
  Book book;
  book.dials.plan(on_port(6881), kAnnouncedHost, book.now);
  const auto everybody = [](const wire::bt::PeerId& /*peer*/) {
    return true;
  };
  CHECK_FALSE(book.dials.next(book.now + AnnouncedDials::kDialAfter, everybody).has_value());
  CHECK(book.dials.waiting() == 0);
}

TEST_CASE("one address is not dialled again at once") {
  Book book;
  book.dials.plan(on_port(6881), kAnnouncedHost, book.now);
  book.now += AnnouncedDials::kDialAfter;
  REQUIRE(book.dials.next(book.now, nobody).has_value());
  book.dials.plan(on_port(6881), kAnnouncedHost, book.now);
  CHECK_FALSE(book.dials.next(book.now + AnnouncedDials::kDialAfter, nobody).has_value());
  CHECK(book.dials.next(book.now + AnnouncedDials::kRedialAfter, nobody).has_value());
}

TEST_CASE("a service's port, and whoever comes when as many wait as may, are refused and counted") {
  Book book;
  book.dials.plan(on_port(AnnouncedDials::kLeastPort - 1), kAnnouncedHost, book.now);
  CHECK(book.dials.waiting() == 0);
  CHECK(book.counters.dials_refused == 1);
  for (std::size_t i = 0; i <= AnnouncedDials::kMaxWaiting; ++i)
    book.dials.plan(on_port(2000 + i), kAnnouncedHost, book.now);
  CHECK(book.dials.waiting() == AnnouncedDials::kMaxWaiting);
  CHECK(book.counters.dials_refused == 2);
}

TEST_CASE("so many addresses are remembered and no more, until they are old") {
  Book book;
  std::size_t port = 2000;
  for (; book.dials.remembered() < AnnouncedDials::kMaxRemembered; ++port) {
    book.dials.plan(on_port(port), kAnnouncedHost, book.now);
    book.dials.next(book.now + AnnouncedDials::kDialAfter, nobody);
  }
  book.dials.plan(on_port(port), kAnnouncedHost, book.now);
  CHECK(book.dials.waiting() == 0);
  CHECK(book.counters.dials_refused == 1);
  book.now += AnnouncedDials::kDialAfter + AnnouncedDials::kForgetAfter + std::chrono::seconds(1);
  book.dials.age(book.now);
  CHECK(book.dials.remembered() == 0);
  book.dials.plan(on_port(port), kAnnouncedHost, book.now);
  CHECK(book.dials.waiting() == 1);
}
