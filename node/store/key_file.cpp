#include "node/store/key_file.h"

#include <cerrno>
#include <memory>
#include <optional>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/store/file_io.h"
#include "node/store/os_error.h"

namespace freshet::store {

namespace {

constexpr std::size_t kMaxKeyFile = 4096;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Bio = std::unique_ptr<BIO, FreeBio>;

std::optional<NodeIdentity> identity_of(EVP_PKEY* key) {
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) return std::nullopt;
  NodeIdentity identity;
  std::array<Byte, 32> secret{};
  std::size_t length = identity.key.bytes.size();
  if (EVP_PKEY_get_raw_public_key(key, identity.key.bytes.data(), &length) != 1 || length != 32) {
    return std::nullopt;
  }
  length = secret.size();
  if (EVP_PKEY_get_raw_private_key(key, secret.data(), &length) != 1 || length != 32)
    return std::nullopt;
  identity.secret = SecretKey(secret);
  OPENSSL_cleanse(secret.data(), secret.size());
  return identity;
}

/// Never asks on the terminal for the password of an encrypted key.
int no_password(char*, int, int, void*) {
  return -1;
}

Result<NodeIdentity> parse_key(ByteView pem, const std::string& file) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Key key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr) : nullptr);
  auto identity = identity_of(key.get());
  if (!identity) {
    return Error{ErrorCode::io,
                 "the key in " + file
                     + " is damaged or not an Ed25519 key; restore it from a backup, or move it away "
                       "to get a new identity"};
  }
  return std::move(*identity);
}

Result<NodeIdentity> make_key(const std::string& file) {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  auto identity = identity_of(key.get());
  const Bio bio(BIO_new(BIO_s_secmem()));
  if (!identity || !bio
      || PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr)
             != 1) {
    return Error{ErrorCode::io, "OpenSSL cannot make an Ed25519 key; check its installation"};
  }
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);  // NOLINT(google-runtime-int): OpenSSL's
  const ByteView pem = bytes_of({text, static_cast<std::size_t>(length)});
  if (auto written = replace_file(file, pem, S_IRUSR | S_IWUSR); !written) return written.error();
  return std::move(*identity);
}

}  // namespace

SecretKey::~SecretKey() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

Result<NodeIdentity> load_or_create_key(const std::string& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) {
    if (errno == ENOENT) return make_key(file);
    return os_error("cannot examine the key", file, errno);
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error{ErrorCode::io,
                 "the key in " + file
                     + " is open to other users; if nobody copied it, run `chmod 600 " + file
                     + "`, else move it away to get a new identity"};
  }
  auto pem = read_small_file(file, kMaxKeyFile);
  if (!pem) return pem.error();
  if (!*pem) return os_error("cannot open the key", file, ENOENT);
  auto identity = parse_key(**pem, file);
  OPENSSL_cleanse((*pem)->data(), (*pem)->size());
  return identity;
}

}  // namespace freshet::store
