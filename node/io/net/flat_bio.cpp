#include "node/io/net/flat_bio.h"

#include <algorithm>
#include <cstring>

#include <openssl/bio.h>

namespace freshet::io {
namespace {

FlatBio& flat_of(BIO* bio) {
  return *static_cast<FlatBio*>(BIO_get_data(bio));
}

int flat_read(BIO* bio, char* to, int size) {
  FlatBio& flat = flat_of(bio);
  BIO_clear_retry_flags(bio);
  if (flat.in.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const std::size_t taken = std::min(flat.in.size(), static_cast<std::size_t>(size));
  std::memcpy(to, flat.in.data(), taken);
  flat.in = flat.in.subspan(taken);
  return static_cast<int>(taken);
}

int flat_write(BIO* bio, const char* from, int size) {
  FlatBio& flat = flat_of(bio);
  BIO_clear_retry_flags(bio);
  flat.out->append({reinterpret_cast<const Byte*>(from), static_cast<std::size_t>(size)});
  return size;
}

using OpensslLong = long;  // NOLINT(google-runtime-int): OpenSSL's type

OpensslLong flat_control(BIO* /*bio*/, int command, OpensslLong /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH || command == BIO_CTRL_PUSH || command == BIO_CTRL_POP ? 1 : 0;
}

BIO_METHOD* flat_method() {
  static BIO_METHOD* const kMethod = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "flat memory");
    BIO_meth_set_read(made, flat_read);
    BIO_meth_set_write(made, flat_write);
    BIO_meth_set_ctrl(made, flat_control);
    return made;
  }();
  return kMethod;
}

}  // namespace

BIO* FlatBio::make() {
  BIO* bio = BIO_new(flat_method());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace freshet::io
