// The exit codes of the contracts (DESIGN.md, section 6), and which of them an Error means.
#pragma once

#include "node/base/result.h"

namespace freshet::cli {

enum ExitCode : int {
  kExitOk = 0,
  kExitNoResults = 1,
  kExitUsage = 2,  ///< also a number or id that names nothing
  kExitNoDaemon = 3,
  kExitWrongKey = 4,
  kExitNoSource = 5,
  kExitVerification = 6,
  kExitIo = 7,       ///< disk, socket, port in use, unreadable share
  kExitPartial = 8,  ///< a `get` timed out with a part of the file
  kExitInterrupted = 130,
};

/// What an error of a `get` means, and of any other command: the latter have nothing partial, so
/// there a time-out is I/O.
int exit_code_of_get(ErrorCode code);
int exit_code_of(ErrorCode code);

}  // namespace freshet::cli
