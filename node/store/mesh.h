// Which mesh a node is of: the open one, or a private one by its secret key. Made here and nowhere
// else; kept by mesh_file.h, handed on by invite.h.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/store/key_file.h"

namespace freshet::store {

inline constexpr std::size_t kMaxMeshNameBytes = 64;

struct Mesh {
  std::string name;              ///< what its makers call it; no control characters; may be empty
  std::optional<SecretKey> key;  ///< nullopt: the open mesh
  std::optional<NodeKey> moderator;  ///< whose signed block lists its members obey

  [[nodiscard]] bool is_private() const { return key.has_value(); }
  /// nullopt: of the open mesh. Valid as long as this mesh is.
  [[nodiscard]] std::optional<ByteView> key_view() const {
    if (!key) return std::nullopt;
    return key->view();
  }
  /// For people to compare: 16 hexadecimal digits of a hash of the key, which says nothing about
  /// it; "open" for the open mesh.
  [[nodiscard]] std::string id() const;
  /// For people: "'Room 12' (0123456789abcdef)", "mesh 0123456789abcdef", "the open mesh".
  [[nodiscard]] std::string title() const;
};

bool operator==(const Mesh& a, const Mesh& b);

/// A private mesh with a new key. Errors: invalid (the name), io (no randomness).
Result<Mesh> make_mesh(std::string name, std::optional<NodeKey> moderator);

/// Where a moderator keeps the key that signs its lists, in the state folder `dir`: another one
/// than the node's own.
[[nodiscard]] std::string moderator_key_path(const std::string& dir);

/// At most kMaxMeshNameBytes, no control characters. Errors: invalid.
Status check_mesh_name(const std::string& name);

/// What a node of `own` is after joining by an invite to `invited`: a private mesh is joined from
/// the open one alone, the same mesh again adds what the invite knows. Errors: wrong_key (of
/// another mesh), in words that say what to do.
Result<Mesh> joined_mesh(const Mesh& own, const Mesh& invited);

}  // namespace freshet::store
