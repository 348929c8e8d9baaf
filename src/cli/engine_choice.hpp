#pragma once

#include <memory>
#include <string>

#include "base/trace.hpp"
#include "session/engine.hpp"
#include "settings/settings.hpp"

namespace scorefield::cli {

/// Opens the engine of `device`: the one that is asked for; else a GPU; else the host, which is faster than a Vulkan
/// device that is software on the same processor. Where `validation` is asked for, it is a Vulkan device. Throws
/// base::Error: request for a device that does not exist, or if `validation` is asked of the host; running where a
/// device cannot be opened.
/// `trace` records the engine's work and must outlive the engine. Null: no trace.
std::unique_ptr<session::Engine> open_engine(const settings::Settings& settings, base::Trace* trace = nullptr);

#ifdef SCOREFIELD_WITH_VULKAN
/// Why the host computes with these settings where nothing has to be drawn: in sample, sweep, train, study and bench.
/// Empty: a Vulkan device does.
std::string why_host(const settings::Settings& settings);
#endif

}  // namespace scorefield::cli
