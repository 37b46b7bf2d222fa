#include "node/api/out_queue.h"

#include <doctest/doctest.h>

namespace freshet::api {

TEST_CASE("messages leave in the order in which they came") {
  OutQueue queue(10);
  CHECK(queue.push_event(1, {1}));
  CHECK(queue.push_event(2, {2}));
  queue.push_end({3});
  CHECK(queue.take(100) == Bytes{1, 2, 3});
  CHECK(queue.empty());
  CHECK(queue.take(100).empty());
}

TEST_CASE("a newer event takes the place of one with its key that still waits") {
  OutQueue queue(10);
  queue.push_event(1, {1});
  queue.push_event(2, {2});
  CHECK(queue.push_event(1, {11, 12}));
  CHECK(queue.take(100) == Bytes{11, 12, 2});
  queue.push_event(1, {13});
  CHECK(queue.take(100) == Bytes{13});
}

TEST_CASE("events beyond the limit are dropped, newer states and the end are not") {
  OutQueue queue(2);
  CHECK(queue.push_event(1, {1}));
  CHECK(queue.push_event(2, {2}));
  CHECK_FALSE(queue.push_event(3, {3}));
  CHECK(queue.push_event(2, {22}));
  queue.push_end({9});
  CHECK(queue.take(100) == Bytes{1, 22, 9});
}

TEST_CASE("an event of the next request does not replace one of the former") {
  OutQueue queue(10);
  queue.push_event(1, {1});
  queue.push_end({2});
  queue.push_event(1, {3});
  CHECK(queue.take(100) == Bytes{1, 2, 3});
}

TEST_CASE("taking an event of a former request leaves the key of a later one alone") {
  OutQueue queue(10);
  queue.push_event(1, {1});
  queue.push_end({2});
  queue.push_event(1, {3});
  CHECK(queue.take(1) == Bytes{1});
  CHECK(queue.push_event(1, {4}));
  CHECK(queue.take(100) == Bytes{2, 4});
}

TEST_CASE("whole messages are taken, at least one and no more than fit") {
  OutQueue queue(10);
  queue.push_event(1, {1, 1, 1});
  queue.push_event(2, {2, 2});
  queue.push_event(3, {3});
  CHECK(queue.take(2) == Bytes{1, 1, 1});
  CHECK(queue.take(3) == Bytes{2, 2, 3});
}

}  // namespace freshet::api
