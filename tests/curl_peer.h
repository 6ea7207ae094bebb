/* For tests of libouro-curl: real peers. nginx speaks HTTP/1.1, HTTP/2 and TLS; a thread of the
 * test says what no proper server would. */
#ifndef TESTS_CURL_PEER_H
#define TESTS_CURL_PEER_H

#include "net_probe.h"

#include "ouro/curl.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define SKIPPED_STATUS 42

/* nginx in a folder of its own. The two listening sockets are made by the test and inherited, so
 * that the ports are free for sure, and a client may connect before nginx has come up. */
struct nginx {
    pid_t pid;
    int port;     /* HTTP/1.1 */
    int tls_port; /* HTTP/1.1 and HTTP/2 over TLS; 0: none */
    char folder[64];
};

__attribute__((format(printf, 2, 3), unused)) static const char *path_in(const struct nginx *nginx,
                                                                         const char *format, ...)
{
    static char path[512];
    size_t len = (size_t) snprintf(path, sizeof path, "%s/", nginx->folder);
    va_list args;

    va_start(args, format);
    vsnprintf(path + len, sizeof path - len, format, args);
    va_end(args);
    return path;
}

__attribute__((unused)) static void write_file(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "we");

    CHECK(file != NULL);
    CHECK_INT(fwrite(data, 1, size, file), size);
    CHECK_INT(fclose(file), 0);
}

/* Reads a whole file, which the caller frees; with a zero behind it. */
__attribute__((unused)) static char *read_file(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "re");
    struct stat status;
    char *data;

    if (file == NULL)
        return NULL;
    CHECK_INT(fstat(fileno(file), &status), 0);
    data = malloc((size_t) status.st_size + 1);
    CHECK(data != NULL);
    *ret_size = fread(data, 1, (size_t) status.st_size, file);
    data[*ret_size] = '\0';
    fclose(file);
    return data;
}

__attribute__((unused)) static int remove_entry(const char *path, const struct stat *status,
                                                int kind, struct FTW *place)
{
    (void) status;
    (void) kind;
    (void) place;
    return remove(path);
}

/* Starts a program, in PATH or where Debian has those of the administrator. */
__attribute__((unused)) static pid_t start_program(char *const *arguments)
{
    pid_t pid = fork();
    char path[128];

    CHECK(pid >= 0);
    if (pid > 0)
        return pid;

    int null = open("/dev/null", O_RDWR);

    prctl(PR_SET_PDEATHSIG, SIGTERM); /* whatever ends the test */
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    execvp(arguments[0], arguments);
    snprintf(path, sizeof path, "/usr/sbin/%s", arguments[0]);
    execv(path, arguments);
    _exit(SKIPPED_STATUS);
}

__attribute__((unused)) static bool has_program(const char *name)
{
    pid_t pid = start_program((char *[]) { (char *) name, "-v", NULL });
    int status;

    CHECK_INT(waitpid(pid, &status, 0), pid);
    return !WIFEXITED(status) || WEXITSTATUS(status) != SKIPPED_STATUS;
}

/* Makes a certificate for localhost that is its own authority. */
__attribute__((unused)) static void make_certificate(const struct nginx *nginx)
{
    char key[128];
    char certificate[128];
    int status;
    pid_t pid;

    if (!has_program("openssl"))
        SKIP("there is no openssl here (apt-get install openssl)");
    snprintf(key, sizeof key, "%s/key.pem", nginx->folder);
    snprintf(certificate, sizeof certificate, "%s/certificate.pem", nginx->folder);
    pid = start_program((char *[]) {
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", NULL });
    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK_INT(status, 0);
}

__attribute__((unused)) static void write_configuration(const struct nginx *nginx)
{
    FILE *file = fopen(path_in(nginx, "nginx.conf"), "we");

    CHECK(file != NULL);
    fputs(geteuid() == 0 ? "user root;\n" : "", file); /* who may look into the folder */
    fputs("daemon off; worker_processes 1; pid nginx.pid; error_log error.log;\n"
          "events { worker_connections 512; }\n"
          "http { log_format seen '$connection $server_protocol $request_method $uri $status';\n"
          "access_log access.log seen; root www; default_type text/plain;\n"
          "client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;\n"
          "uwsgi_temp_path t4; scgi_temp_path t5; client_max_body_size 0;\n"
          "server {\n",
          file);
    fprintf(file, "listen 127.0.0.1:%d;\n", nginx->port);
    if (nginx->tls_port != 0)
        fprintf(file,
                "listen 127.0.0.1:%d ssl http2;\n"
                "ssl_certificate certificate.pem; ssl_certificate_key key.pem;\n",
                nginx->tls_port);
    fputs("location /list { default_type application/json; return 200 '[1, 2, 3]'; }\n"
          "location /moved { return 302 /list; }\n"
          "location /301 { return 301 /echo; }\n"
          "location /302 { return 302 /echo; }\n"
          "location /303 { return 303 /echo; }\n"
          "location /307 { return 307 /echo; }\n"
          "location /put-302 { return 302 /put/redirected; }\n"
          "location /loop { return 302 /loop; }\n"
          "location /elsewhere { return 302 file:///etc/passwd; }\n"
          "location /cookies { add_header Set-Cookie a=1; add_header Set-Cookie b=2;\n"
          "    add_header X-Empty ''; return 200 ''; }\n"
          "location /echo { return 200 '$request_method $content_type $http_x_test"
          " $http_expect'; }\n"
          "location /packed/ { gzip on; gzip_min_length 1; gzip_types text/plain; }\n"
          "location /slow/ { limit_rate 4k; }\n"
          "location /put/ { dav_methods PUT; create_full_put_path on; }\n"
          "} }\n",
          file);
    CHECK_INT(fclose(file), 0);
}

/* Starts nginx; `stop_nginx` ends it. What is under www/ is served. */
__attribute__((unused)) static struct nginx start_nginx(bool speaks_tls)
{
    struct nginx nginx = { .folder = "/tmp/ouro-curl-XXXXXX" };
    char inherited[32];
    int plain;
    int tls = -1;

    if (!has_program("nginx"))
        SKIP("there is no nginx here (apt-get install nginx-light)");
    CHECK(mkdtemp(nginx.folder) != NULL);
    CHECK_INT(mkdir(path_in(&nginx, "www"), 0755), 0);
    CHECK_INT(mkdir(path_in(&nginx, "www/packed"), 0755), 0);
    CHECK_INT(mkdir(path_in(&nginx, "www/slow"), 0755), 0);
    plain = listen_on_loopback(&nginx.port);
    if (speaks_tls) {
        tls = listen_on_loopback(&nginx.tls_port);
        make_certificate(&nginx);
    }
    write_configuration(&nginx);

    /* The number of a descriptor that a child shall inherit must not be one that it closes. */
    CHECK_INT(fcntl(plain, F_SETFD, 0), 0);
    if (tls >= 0)
        CHECK_INT(fcntl(tls, F_SETFD, 0), 0);
    snprintf(inherited, sizeof inherited, tls >= 0 ? "%d;%d;" : "%d;", plain, tls);
    setenv("NGINX", inherited, 1);
    nginx.pid = start_program(
        (char *[]) { "nginx", "-p", nginx.folder, "-c", "nginx.conf", "-e", "error.log", NULL });
    unsetenv("NGINX");
    close(plain);
    if (tls >= 0)
        close(tls);
    return nginx;
}

__attribute__((unused)) static void stop_nginx(struct nginx *nginx)
{
    CHECK_INT(kill(nginx->pid, SIGTERM), 0);
    CHECK_INT(waitpid(nginx->pid, NULL, 0), nginx->pid);
    CHECK_INT(nftw(nginx->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Has nginx serve bytes that differ from place to place; the caller frees the copy returned. */
__attribute__((unused)) static uint8_t *serve_bytes(const struct nginx *nginx, const char *name,
                                                    size_t size)
{
    uint8_t *data = malloc(size);

    CHECK(data != NULL);
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t) (i ^ (i >> 8) * 7);
    write_file(path_in(nginx, "www/%s", name), data, size);
    return data;
}

__attribute__((format(printf, 2, 3), unused)) static const char *url_of(const struct nginx *nginx,
                                                                        const char *format, ...)
{
    static char url[512];
    size_t len = (size_t) snprintf(url, sizeof url, "http://127.0.0.1:%d/", nginx->port);
    va_list args;

    va_start(args, format);
    vsnprintf(url + len, sizeof url - len, format, args);
    va_end(args);
    return url;
}

/* Waits until nginx has logged so many requests; returns the log, which the caller frees. */
__attribute__((unused)) static char *wait_for_log(const struct nginx *nginx, int requests)
{
    for (int looks = 0; looks < LOOKS_MAX; looks++) {
        size_t size;
        int lines = 0;
        char *log = read_file(path_in(nginx, "access.log"), &size);

        for (const char *text = log; text != NULL && (text = strchr(text, '\n')) != NULL; text++)
            lines++;
        if (lines >= requests)
            return log;
        free(log);
        poll(NULL, 0, 1);
    }
    FAIL("nginx has not logged %d requests", requests);
    return NULL;
}

/* How many different connections a log has. */
__attribute__((unused)) static int connections_in(const char *log)
{
    long seen[1024];
    int count = 0;

    while (*log != '\0') {
        long number = strtol(log, NULL, 10);
        int i = 0;

        while (i < count && seen[i] != number)
            i++;
        if (i == count) {
            CHECK(count < 1024);
            seen[count++] = number;
        }
        log = strchr(log, '\n') + 1;
    }
    return count;
}

/* A thread that accepts one connection, reads a request to its blank line, sends what it was told,
 * and closes; with `.is_mute` it sends nothing and waits until the client hangs up. */
struct talker {
    const char *answer;
    bool is_mute;
    int port;
    int listener;
    pthread_t thread;
};

__attribute__((unused)) static void *talk(void *arg)
{
    struct talker *talker = arg;
    int fd = accept4(talker->listener, NULL, NULL, SOCK_CLOEXEC);
    char request[4096];
    size_t size = 0;

    if (fd < 0)
        return NULL;
    while (size < sizeof request - 1) {
        ssize_t len = recv(fd, request + size, sizeof request - 1 - size, 0);

        if (len <= 0)
            break;
        size += (size_t) len;
        request[size] = '\0';
        if (!talker->is_mute && strstr(request, "\r\n\r\n") != NULL) {
            ouro_ignore(send(fd, talker->answer, strlen(talker->answer), MSG_NOSIGNAL) < 0);
            break;
        }
    }
    close(fd);
    return NULL;
}

__attribute__((unused)) static void start_talker(struct talker *talker)
{
    talker->listener = listen_on_loopback(&talker->port);
    CHECK_INT(pthread_create(&talker->thread, NULL, talk, talker), 0);
}

/* Waits until the client has hung up, which on uring it does at the end of an iteration. Also ends
 * a talker that nobody has talked to. */
__attribute__((unused)) static void stop_talker(struct talker *talker)
{
    if (ouro_get_running_loop() != NULL)
        settle();
    shutdown(talker->listener, SHUT_RDWR);
    CHECK_INT(pthread_join(talker->thread, NULL), 0);
    close(talker->listener);
}

__attribute__((unused)) static const char *url_of_port(int port)
{
    static char url[64];

    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    return url;
}

/* An easy handle whose body is appended to `.data`. */
struct sink {
    char data[1 << 16];
    size_t size;
};

__attribute__((unused)) static size_t sink_write(char *data, size_t size, size_t count, void *arg)
{
    struct sink *sink = arg;

    CHECK(sink->size + size * count < sizeof sink->data);
    memcpy(sink->data + sink->size, data, size * count);
    sink->size += size * count;
    sink->data[sink->size] = '\0';
    return size * count;
}

__attribute__((unused)) static CURL *easy_for(const char *url, struct sink *sink)
{
    CURL *easy = curl_easy_init();

    CHECK(easy != NULL);
    CHECK_INT(curl_easy_setopt(easy, CURLOPT_URL, url), CURLE_OK);
    if (sink != NULL) {
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, sink_write);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, sink);
    }
    return easy;
}

/* The text of the last failure must tell `words`. */
#define EXPECT_DETAIL(status_, words_)                                                             \
    do {                                                                                           \
        if (strstr(ouro_error_text(status_), (words_)) == NULL)                                    \
            FAIL("\"%s\" is not in \"%s\"", (words_), ouro_error_text(status_));                   \
    } while (0)

#endif
