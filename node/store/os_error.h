// Errors of the operating system as Errors for a person.
#pragma once

#include <string>
#include <string_view>

#include "node/base/result.h"

namespace freshet::store {

/// "`doing` `path`: reason; advice", ErrorCode::io. A full disk, a quota and a file size limit get
/// their own advice, whatever `advice` says; so do missing permissions where `advice` is empty.
Error os_error(std::string_view doing,
               std::string_view path,
               int error_number,
               std::string_view advice = {});

}  // namespace freshet::store
