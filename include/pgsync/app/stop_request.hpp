#pragma once

#include <pgsync/stop_request.hpp>

namespace pgsync::app {

using pgsync::stop_request;
using pgsync::wait_for_stop;

}  // namespace pgsync::app
