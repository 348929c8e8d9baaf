// Push constants of train/batch.comp.
#ifndef SCOREFIELD_TRAIN_BATCH_PUSH_H
#define SCOREFIELD_TRAIN_BATCH_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct BatchPush {
    uint rows;
    uint levels;        // of the batch
    uint all_levels;
    uint points;
    uint step;
    uint stream;
    uint seed_low;
    uint seed_high;
    uint hidden_below;  // a word below this hides the row's class
    uint stride;
    uint times;         // where the planes begin
    uint level;
    uint x;
    uint label;
    uint target;
    uint root_weight;
    uint skip;
    uint out_;
    uint spread;
    uint direction;
    uint first;         // row of this dispatch
    uint end;           // one past its last
};

SHARED_END

#endif
