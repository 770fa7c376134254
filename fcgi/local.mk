include fcgi/http/local.mk
include fcgi/page/local.mk

sbin_PROGRAMS += %D%/habilis-web
%C%_habilis_web_SOURCES = %D%/main.c
%C%_habilis_web_LDADD = $(PAGE)
