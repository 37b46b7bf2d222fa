#include "node/store/mesh_file.h"

#include <cerrno>
#include <cstdio>

#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/store/file_io.h"
#include "node/store/invite.h"
#include "node/store/os_error.h"

namespace freshet::store {
namespace {

// As if it had never been there; kOk also when it was not.
Status remove_file(const std::string& file) {
  if (::unlink(file.c_str()) == 0 || errno == ENOENT) return kOk;
  return os_error("cannot remove", file, errno);
}

std::string left_file(const StatePaths& paths) {
  return paths.mesh + ".left";
}

Status check_open_to_owner_alone(const std::string& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return os_error("cannot examine", file, errno);
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) == 0) return kOk;
  return Error{ErrorCode::io,
               "the mesh's key in " + file
                   + " is open to other users; if nobody copied it, run `chmod 600 " + file
                   + "`, else make a new mesh: `freshet mesh leave`, then `freshet mesh new`"};
}

}  // namespace

Result<Mesh> load_mesh(const std::string& file) {
  auto text = read_small_file(file, kMaxInviteBytes + 2);
  if (!text && text.error().code != ErrorCode::invalid) return text.error();
  if (text && !*text) return Mesh{};
  const auto invite = text ? parse_invite(text_of(**text)) : Result<Invite>(text.error());
  if (text) OPENSSL_cleanse((*text)->data(), (*text)->size());
  if (!invite) {
    return Error{ErrorCode::io,
                 "the mesh in " + file
                     + " is damaged; restore it from a backup, or move it away and join again by an "
                       "invite"};
  }
  if (invite->mesh.is_private()) {
    if (auto closed = check_open_to_owner_alone(file); !closed) return closed.error();
  }
  return invite->mesh;
}

Status save_mesh(const StatePaths& paths, const Mesh& mesh) {
  const auto before = load_mesh(paths.mesh);
  const bool moves = !before || before->id() != mesh.id();
  std::string line = to_uri({.mesh = mesh, .addresses = {}}) + "\n";
  auto saved = replace_file(paths.mesh, bytes_of(line), S_IRUSR | S_IWUSR);
  OPENSSL_cleanse(line.data(), line.size());
  if (!saved || !moves) return saved;
  return remove_file(paths.host_cache);
}

Status leave_mesh(const StatePaths& paths, bool forget) {
  if (forget) {
    if (auto removed = remove_file(paths.mesh); !removed) return removed;
    if (auto removed = remove_file(left_file(paths)); !removed) return removed;
  } else if (::rename(paths.mesh.c_str(), left_file(paths).c_str()) != 0 && errno != ENOENT) {
    return os_error("cannot rename", paths.mesh, errno);
  }
  if (auto removed = remove_file(paths.host_cache); !removed) return removed;
  return sync_folder(paths.dir);
}

}  // namespace freshet::store
