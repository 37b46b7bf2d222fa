#include "node/store/signer.h"

#include <doctest/doctest.h>

namespace freshet::store {
namespace {

// RFC 8032, section 7.1: tests 1 and 2.
constexpr std::string_view kAdaSecret =
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
constexpr std::string_view kAda =
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
constexpr std::string_view kBen =
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";

TEST_CASE("a signature holds for its key, label and message, and for nothing else") {
  const NodeKey ada = NodeKey::from_hex(kAda).value();
  const NodeKey ben = NodeKey::from_hex(kBen).value();
  const auto signer = Signer::make(NodeKey::from_hex(kAdaSecret)->view());
  REQUIRE(signer.ok());
  const Bytes message = {1, 2, 3};
  Bytes signature = signer->sign("hit", message);
  CHECK(signature.size() == kSignatureBytes);
  CHECK(is_signed_by(ada, "hit", message, signature));
  CHECK(!is_signed_by(ben, "hit", message, signature));
  CHECK(!is_signed_by(ada, "list", message, signature));
  CHECK(!is_signed_by(ada, "hit", Bytes{1, 2, 4}, signature));
  CHECK(!is_signed_by(ada, "hit", message, {}));
  CHECK(!is_signed_by(NodeKey{}, "hit", message, signature));
  signature[10] ^= 1U;
  CHECK(!is_signed_by(ada, "hit", message, signature));
}

}  // namespace
}  // namespace freshet::store
