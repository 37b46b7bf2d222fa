#include "node/store/mesh.h"

#include <algorithm>
#include <array>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "node/wire/bt/keyed_hash.h"

namespace freshet::store {
namespace {

constexpr std::size_t kIdDigits = 16;

bool same_key(const std::optional<SecretKey>& a, const std::optional<SecretKey>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return wire::bt::equal_in_constant_time(a->view(), b->view());
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

}  // namespace

std::string Mesh::id() const {
  if (!key) return "open";
  return wire::bt::keyed_hash(key->view(), "freshet mesh id 1", {}).hex().substr(0, kIdDigits);
}

std::string Mesh::title() const {
  if (!key) return "the open mesh";
  return name.empty() ? "mesh " + id() : "'" + name + "' (" + id() + ")";
}

bool operator==(const Mesh& a, const Mesh& b) {
  return a.name == b.name && a.moderator == b.moderator && same_key(a.key, b.key);
}

Status check_mesh_name(const std::string& name) {
  if (name.size() > kMaxMeshNameBytes) {
    return Error{ErrorCode::invalid,
                 "the mesh's name has more than " + std::to_string(kMaxMeshNameBytes) + " bytes"};
  }
  if (std::any_of(name.begin(), name.end(), is_control))
    return Error{ErrorCode::invalid, "the mesh's name has a control character in it"};
  return kOk;
}

std::string moderator_key_path(const std::string& dir) {
  return dir + "/moderator.pem";
}

Result<Mesh> make_mesh(std::string name, std::optional<NodeKey> moderator) {
  if (auto checked = check_mesh_name(name); !checked) return checked.error();
  std::array<Byte, 32> key{};
  if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1)
    return Error{ErrorCode::io, "OpenSSL has no randomness for a key; check its installation"};
  Mesh mesh{.name = std::move(name), .key = SecretKey(key), .moderator = moderator};
  OPENSSL_cleanse(key.data(), key.size());
  return mesh;
}

Result<Mesh> joined_mesh(const Mesh& own, const Mesh& invited) {
  const bool same = same_key(own.key, invited.key);
  if (own.is_private() && !same) {
    return Error{ErrorCode::wrong_key,
                 "this node is of " + own.title() + ", and the invite is to " + invited.title()
                     + "; leave the first with `freshet mesh leave`, or use another --state DIR"};
  }
  Mesh joined = invited;
  if (same && joined.name.empty()) joined.name = own.name;
  if (same && !joined.moderator) joined.moderator = own.moderator;
  return joined;
}

}  // namespace freshet::store
