#include <malloc.h>

#include "tests/unit/io/loop.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::io;        // NOLINT(google-build-using-namespace): a test
using namespace freshet::io::test;  // NOLINT(google-build-using-namespace): a test

TEST_CASE("an idle link costs at most 24 KiB, also after it carried much") {
  Pair pair;
  struct Both {
    std::shared_ptr<TlsLink> client;
    std::shared_ptr<TlsLink> server;
  };
  std::vector<Both> links;
  const auto add = [&] {
    pair.connect();
    pair.client->send(Bytes(LinkLimits{}.buffer_bytes));
    CHECK(run_until(pair.io,
                    [&] { return pair.at_server.received.size() == LinkLimits{}.buffer_bytes; }));
    Bytes().swap(pair.at_server.received);
    links.push_back({std::exchange(pair.client, nullptr), std::exchange(pair.server, nullptr)});
  };
  for (int i = 0; i < 4; ++i) add();  // what is made once, and the pool of spare buffers
  const std::size_t before = mallinfo2().uordblks;
  constexpr std::size_t kLinks = 20;
  for (std::size_t i = 0; i < kLinks; ++i) add();
  // 0 under AddressSanitizer, whose allocator does not tell.
  const std::size_t each = (mallinfo2().uordblks - before) / (2 * kLinks);
  MESSAGE("bytes per idle link: " << each);
  CHECK(each <= std::size_t{24} * 1024);
  for (const Both& both : links) {
    both.client->abandon();
    both.server->abandon();
  }
}
