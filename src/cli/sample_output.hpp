#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "model/model.hpp"
#include "session/run_request.hpp"
#include "settings/settings.hpp"

namespace scorefield::cli {

/// Where the samples of a run go. Takes what a run hands over; nothing is left behind without `commit`.
class SampleOutput {
  public:
    virtual ~SampleOutput() = default;
    virtual void take(const session::Batch& batch) = 0;
    virtual void commit() = 0;
    /// What belongs into the JSON of the command, null where nothing does.
    virtual nlohmann::ordered_json json() const { return nullptr; }
    /// Lines for readers.
    virtual std::string text() const = 0;
};

/// Final states to --out, in the units to which `scaling` brings those of the model, or with --stats their moments and
/// histograms; trajectories in the score's units to --trajectory. Throws base::Error where a place cannot be written or
/// has the wrong kind of name.
std::unique_ptr<SampleOutput> make_output(const settings::Settings& settings, const data::Scaling& scaling,
                                          const model::Model& model, const session::RunRequest& request);

}  // namespace scorefield::cli
