/* A pipeline of generators: source, filter, sink.
 *
 * Each reading passes through all stages before the next one is taken. When the sink has seen
 * enough, leaving its loop closes the filter, and that the source.
 *
 * The Python original stands beside it: generator_pipeline.py. Build and run:
 *     cc generator_pipeline.c -o pipeline $(pkg-config --cflags --libs ouro) && ./pipeline
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC_GENERATOR(readings, int, (int, count))
{
    int status = 0;

    for (int i = 0; i < count && status >= 0; i++) {
        status = ouro_sleep(0.1);
        if (status >= 0)
            status = ouro_yield(i * 7 % 10);
    }
    printf("the sensor is switched off\n");
    return status;
}

OURO_ASYNC_GENERATOR(above, int, (readings_generator, source), (int, limit))
{
    int status = 0;

    ouro_async_for(int, value, source, &status)
    {
        if (value > limit)
            OURO_TRY(ouro_yield(value));
    }
    return status;
}

OURO_ASYNC(app)
{
    int status = 0;

    ouro_async_for(int, value, above_gen(readings_gen(6), 3), &status)
    {
        printf("above 3: %d\n", value);
    }
    OURO_TRY(status);

    ouro_async_for(int, value, above_gen(readings_gen(1000), 5), &status)
    {
        printf("alarm: %d\n", value);
        if (value == 8)
            break;
    }
    printf("done\n");
    return status;
}

OURO_MAIN(app)
