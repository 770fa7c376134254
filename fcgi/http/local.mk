noinst_LIBRARIES += %D%/libhttp.a
%C%_libhttp_a_SOURCES = \
	%D%/cookie.c \
	%D%/html.c %D%/html.h \
	%D%/http.h %D%/inside.h \
	%D%/listen.c \
	%D%/loop.c \
	%D%/record.c \
	%D%/reply.c \
	%D%/request.c \
	%D%/serve.c
