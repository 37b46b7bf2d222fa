// Hands an open file to another process, over a socket that keeps datagrams apart (SCM_RIGHTS,
// unix(7)).
#pragma once

#include "node/base/bytes.h"
#include "node/store/unique_fd.h"

namespace freshet::store {

/// Sends `tag` with a copy of the descriptor `file`. False, with errno: it was not sent.
bool pass_file(int socket, Byte tag, int file);
/// Waits for such a datagram. None: the other side is gone, or sent something else.
UniqueFd receive_file(int socket, Byte tag);

}  // namespace freshet::store
