#pragma once

#include <memory>

#include "session/engine.hpp"
#include "settings/settings.hpp"

namespace scorefield::cli {

/// Opens the engine of `device`: the one that is asked for; else a GPU; else the host, which is faster than a Vulkan
/// device that is software on the same processor. Where `validation` is asked for, it is a Vulkan device. Throws
/// base::Error: request for a device that does not exist, or if `validation` is asked of the host; running where a
/// device cannot be opened.
std::unique_ptr<session::Engine> open_engine(const settings::Settings& settings);

}  // namespace scorefield::cli
