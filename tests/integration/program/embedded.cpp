// A program with a main of its own: no command line, no signal handler. It follows until its input ends.
#include <exception>
#include <iostream>
#include <thread>

#include "../../../examples/airbnb/shape.hpp"
#include <pgsync/pgsync.hpp>

int main() {
    try {
        pgsync::engine<reservations> engine;
        engine.bootstrap();
        std::cout << "loaded" << std::endl;
        std::exception_ptr failure;
        std::thread following([&] {
            try {
                engine.sync();
            } catch (...) {
                failure = std::current_exception();
            }
        });
        while (std::cin.get() != std::char_traits<char>::eof()) continue;
        engine.stop();
        following.join();
        if (failure) std::rethrow_exception(failure);
        std::cout << "stopped" << std::endl;
        return 0;
    } catch (const pgsync::error& problem) {
        std::cerr << problem.what() << "\n" << problem.remedy() << "\n";
        return 1;
    }
}
