-- For wrk: compares every body with a file, whose name is the argument, and sums up what was wrong.
local threads = {}

function setup(thread)
    table.insert(threads, thread)
end

function init(arguments)
    local file = io.open(arguments[1], "rb")
    expected = file:read("*a")
    file:close()
    wrong = 0
end

function response(status, headers, body)
    if status ~= 200 or body ~= expected then
        wrong = wrong + 1
    end
end

function done(summary, latency, requests)
    local errors = summary.errors
    local wrong_bodies = 0
    for _, thread in ipairs(threads) do
        wrong_bodies = wrong_bodies + thread:get("wrong")
    end
    print(string.format("requests=%d wrong=%d connect=%d read=%d write=%d status=%d timeout=%d",
        summary.requests, wrong_bodies, errors.connect, errors.read, errors.write, errors.status,
        errors.timeout))
end
