// Which version of freshet this is: the project's, from CMakeLists.txt.
#pragma once

namespace freshet {

/// "0.1.0".
extern const char* const kVersion;
/// "freshet/0.1.0", as Hello and the control socket say it.
extern const char* const kAgent;

}  // namespace freshet
