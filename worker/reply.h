/*
 * reply.h
 *		Answers to what participants ask (extension/request.h).
 */
#ifndef LAB_REPLY_H
#define LAB_REPLY_H

/* Answers all questions that wait. */
extern void lab_reply_to_students(void);

#endif /* LAB_REPLY_H */
