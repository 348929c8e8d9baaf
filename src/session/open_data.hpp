#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/datasets.hpp"
#include "settings/settings.hpp"

namespace scorefield::session {

/// Opens a data set (data::open_dataset) and tells what was left out or decided when its file was read, unless
/// `settings` are quiet. Throws as data::open_dataset.
std::unique_ptr<data::Dataset> open_data(const settings::Settings& settings, const std::string& name);

/// Tells which fields of structured arrays are read as coordinates, and in which order, for the files of --init,
/// --known and --mask, unless `settings` are quiet. Throws as data::npy_field_notes.
void note_structured_fields(const settings::Settings& settings);

/// Writes each of `notes` as a line of its own to standard error, once in the life of the process: a run opens its data
/// in several places.
void note_once(const std::vector<std::string>& notes);

}  // namespace scorefield::session
