#include "node/store/key_file.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>

#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

TEST_CASE("the key is made once, private, and is the same from then on") {
  const TempFolder temp;
  const auto made = load_or_create_key(temp / "key.pem");
  REQUIRE(made.ok());
  struct stat info {};
  REQUIRE(::stat((temp / "key.pem").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
  CHECK(read_text(temp / "key.pem").starts_with("-----BEGIN PRIVATE KEY-----"));
  const auto again = load_or_create_key(temp / "key.pem");
  REQUIRE(again.ok());
  CHECK(again->key == made->key);
  CHECK(load_or_create_key(temp / "other.pem")->key != made->key);
}

TEST_CASE("the secret belongs to the public key") {
  const TempFolder temp;
  const auto identity = load_or_create_key(temp / "key.pem");
  REQUIRE(identity.ok());
  const ByteView secret = identity->secret.view();
  EVP_PKEY* key =
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, secret.data(), secret.size());
  REQUIRE(key != nullptr);
  NodeKey derived;
  std::size_t length = 32;
  CHECK(EVP_PKEY_get_raw_public_key(key, derived.bytes.data(), &length) == 1);
  CHECK(derived == identity->key);
  EVP_PKEY_free(key);
}

TEST_CASE("a key that others may read is refused, with the remedy") {
  const TempFolder temp;
  REQUIRE(load_or_create_key(temp / "key.pem").ok());
  REQUIRE(::chmod((temp / "key.pem").c_str(), 0640) == 0);
  const auto refused = load_or_create_key(temp / "key.pem");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find("chmod 600") != std::string::npos);
}

TEST_CASE("a damaged key is refused and stays as it is") {
  const TempFolder temp;
  REQUIRE(load_or_create_key(temp / "key.pem").ok());
  const std::string whole = read_text(temp / "key.pem");
  for (const std::string& text :
       {std::string(), whole.substr(0, whole.size() / 2), noise(1, 200), noise(2, 10'000)}) {
    temp.write("key.pem", text);
    CHECK_FALSE(load_or_create_key(temp / "key.pem").ok());
    CHECK(read_text(temp / "key.pem") == text);
  }
}

TEST_CASE("a key of another kind is refused") {
  // openssl genpkey -algorithm X25519
  constexpr std::string_view other_kind =
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VuBCIEIHcHbQpzGKV9PBbBclGyZkXfTC+H68CZKrF3+6UduSwq\n"
      "-----END PRIVATE KEY-----\n";
  const TempFolder temp;
  temp.write("key.pem", other_kind);
  REQUIRE(::chmod((temp / "key.pem").c_str(), 0600) == 0);
  CHECK_FALSE(load_or_create_key(temp / "key.pem").ok());
}

}  // namespace freshet::store
