#include "node/base/version.h"

namespace freshet {

const char* const kVersion = FRESHET_VERSION;
const char* const kAgent = "freshet/" FRESHET_VERSION;

}  // namespace freshet
