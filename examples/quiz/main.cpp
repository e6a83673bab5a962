#include "shape.hpp"
#include <pgsync/pgsync.hpp>

int main(int argc, char** argv) { return pgsync::run<quizzes, open_quizzes, quiz_players>(argc, argv); }
