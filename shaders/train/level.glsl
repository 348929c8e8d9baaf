// How the rows of a batch choose noise levels.
#ifndef SCOREFIELD_TRAIN_LEVEL_GLSL
#define SCOREFIELD_TRAIN_LEVEL_GLSL

#include "shaders/train/level.h"

uint choose(uint word, uint count) {
    uint high;
    uint low;
    umulExtended(word, count, high, low);
    return high;
}

// The number of a batch's level among all levels.
uint level_place(uint level, uint levels, uint all_levels, uint start) {
    return (level * all_levels + start) / levels;
}

#endif
