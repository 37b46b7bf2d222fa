// Opening bytes against what they are.
#include "node/io/net/first_bytes.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace freshet::io {
namespace {

const std::string kBitTorrent =
    "\x13"
    "BitTorrent protocol";

Opening of(std::string_view text) {
  return classify(bytes_of(text));
}

TEST_CASE("nothing yet is undecided") {
  CHECK(of("") == Opening::undecided);
}

TEST_CASE("a record of TLS is known by two bytes") {
  CHECK(of("\x16") == Opening::undecided);
  CHECK(of("\x16\x03") == Opening::tls);
  CHECK(of("\x16\x03\x01\x02") == Opening::tls);
  CHECK(of("\x16\x04") == Opening::unknown);
}

TEST_CASE("BitTorrent is undecided to its last byte and refused at the first wrong one") {
  for (std::size_t size = 1; size < kBitTorrent.size(); ++size) {
    CHECK(of(kBitTorrent.substr(0, size)) == Opening::undecided);
    CHECK(of(kBitTorrent.substr(0, size) + "!") == Opening::unknown);
  }
  CHECK(of(kBitTorrent) == Opening::bittorrent);
  CHECK(of(kBitTorrent + "12345678") == Opening::bittorrent);
  CHECK(kBitTorrent.size() <= kMaxOpeningBytes);
}

TEST_CASE("methods of HTTP need the space after them") {
  for (const std::string method : {"GET", "HEAD", "POST", "OPTIONS"}) {
    CHECK(of(method) == Opening::undecided);
    CHECK(of(method + " / HTTP/1.1") == Opening::http);
    CHECK(of(method + "\t") == Opening::unknown);
  }
}

TEST_CASE("every single byte is undecided or unknown at once") {
  for (int byte = 0; byte < 256; ++byte) {
    const char one = static_cast<char>(byte);
    const bool may_begin = std::string_view("\x16\x13GHPO").find(one) != std::string_view::npos;
    CHECK(of({&one, 1}) == (may_begin ? Opening::undecided : Opening::unknown));
  }
}

}  // namespace
}  // namespace freshet::io
