// The exit codes of the contracts (DESIGN.md, section 6), and which of them an Error means.
#pragma once

#include "node/base/result.h"

namespace freshet::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitNoResults = 1;
inline constexpr int kExitUsage = 2;  ///< also a number or id that names nothing
inline constexpr int kExitNoDaemon = 3;
inline constexpr int kExitWrongKey = 4;
inline constexpr int kExitNoSource = 5;
inline constexpr int kExitVerification = 6;
inline constexpr int kExitIo = 7;       ///< disk, socket, port in use, unreadable share
inline constexpr int kExitPartial = 8;  ///< a `get` timed out with a part of the file
inline constexpr int kExitInterrupted = 130;

/// What an error of a `get` means, and of any other command: the latter have nothing partial, so
/// there a time-out is I/O.
int exit_code_of_get(ErrorCode code);
int exit_code_of(ErrorCode code);

}  // namespace freshet::cli
